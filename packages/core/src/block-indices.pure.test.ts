import { expect, test } from "vitest";
import { blockIndices } from "./block-indices.ts";

test("counts from either end, in the order asked", () => {
  expect(blockIndices([-1, 0, 2, -4], 4, "Vit.intermediates")).toEqual([3, 0, 2, 0]);
});

test("a block that does not exist is an error that names the range and all that are wrong", () => {
  expect(() => blockIndices([0, 4, -5, 1.5, Number.NaN], 4, "Vit.intermediates")).toThrow(
    "Vit.intermediates: expected blocks from -4 to 3, got 4, -5, 1.5, NaN",
  );
});
