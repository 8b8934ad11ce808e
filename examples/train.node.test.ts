import { expect, test } from "vitest";
import { trainOnStripes } from "./train.ts";

test("learns to tell stripes apart", async () => {
  const { top1, images } = await trainOnStripes();
  expect(images).toBe(60);
  expect(top1).toBeGreaterThan(0.8);
}, 120_000);
