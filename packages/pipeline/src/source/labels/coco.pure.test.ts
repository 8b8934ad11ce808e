import { expect, test } from "vitest";
import { coco80, coco91 } from "./coco.ts";

test("COCO has 80 classes by 91 ids", () => {
  expect(coco91).toHaveLength(91);
  expect(coco80).toHaveLength(80);
  expect([coco80[0], coco80[79]]).toEqual(["person", "toothbrush"]);
  const some = [0, 1, 9, 12, 13, 18, 44, 62, 72, 90].map((id) => coco91[id]);
  expect(some).toEqual(["N/A", "person", "boat", "N/A", "stop sign", "dog", "bottle", "chair", "tv", "toothbrush"]);
});
