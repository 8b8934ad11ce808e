import { describe, expect, test } from "vitest";
import { overlay } from "./annotated.ts";
import { cocoResults } from "./coco-results.ts";
import { fileNames } from "./file-names.ts";

const object = (box: [number, number, number, number], label = "cat") => ({
  score: 0.987,
  label,
  index: 17,
  box: { xmin: box[0], ymin: box[1], xmax: box[2], ymax: box[3] },
});

describe("a drawing", () => {
  const size = { width: 640, height: 480 };

  test("keeps boxes and labels within the picture, and names in words", () => {
    const svg = overlay([object([-10, -5, 700, 20], "a <b> & c\u0000")], 1, size);
    expect(svg).toContain('<rect x="0" y="0" width="640" height="20"');
    expect(svg).toContain(">a &lt;b&gt; &amp; c? 99 %</text>");
    const label = /<rect x="([\d.]+)" y="([\d.]+)" width="[\d.]+" height="([\d.]+)" fill="hsl/.exec(svg)!;
    expect(Number(label[2])).toBeGreaterThanOrEqual(0);
    expect(Number(label[2]) + Number(label[3])).toBeLessThanOrEqual(480);
  });

  test("has the surest on top, and nothing for nothing", () => {
    const svg = overlay([object([0, 100, 50, 150], "first"), object([10, 100, 60, 150], "second")], 2, size);
    expect(svg.indexOf("first")).toBeGreaterThan(svg.indexOf("second"));
    expect(overlay([], 1, size)).not.toContain("<rect");
  });
});

test("results are COCO's", () => {
  expect(cocoResults("val/000000397133.jpg", [object([10, 20, 40, 60])])).toEqual([
    { image_id: 397133, category_id: 17, bbox: [10, 20, 30, 40], score: 0.987 },
  ]);
  expect(cocoResults("https://example.org/a/street.jpg?x=1", [object([0, 0, 1, 1])])[0]!.image_id).toBe("street");
});

test("drawings have names of their own", () => {
  const names = fileNames([
    "a/x.jpg",
    "b/X.webp",
    "c/x.png",
    "https://example.org/x.jpg?size=2",
    "data:image/png;base64,AA",
  ]);
  expect(names.map(({ name }) => name)).toEqual(["x.jpg", "X-2.jpg", "x.png", "x-3.jpg", "picture.jpg"]);
});
