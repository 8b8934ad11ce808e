import { expect, test } from "vitest";
import { softmax, topK } from "./top-k.ts";

test("softmax of large logits is finite and sums to 1", async () => {
  await expect(softmax(Float32Array.of(1000, 1000, 999))).toBeAllClose([0.422319, 0.422319, 0.155362]);
  await expect(softmax(Float32Array.of(-1e30, 0))).toBeAllClose([0, 1]);
});

test("the largest come first, of equal ones the first", () => {
  expect(topK(Float32Array.of(0.1, 0.5, 0.5, 0.9), 3)).toEqual([3, 1, 2]);
  expect(topK(Float32Array.of(1, 2), 9)).toEqual([1, 0]);
});
