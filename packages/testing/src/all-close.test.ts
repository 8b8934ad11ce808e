import { scalar, tensor, tensor1d, tensor2d } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { allClose } from "./all-close.ts";

const close = (got: Parameters<typeof allClose>[0], want: Parameters<typeof allClose>[1]) =>
  allClose(got, want).then((result) => result.close);

describe("toBeAllClose", () => {
  test("takes tensors, stored values, nested arrays and numbers", async () => {
    const got = tensor2d([1, 2, 3, 4], [2, 2]);
    await expect(got).toBeAllClose(tensor2d([1, 2, 3, 4], [2, 2]));
    await expect(got).toBeAllClose({ shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) });
    await expect(got).toBeAllClose([
      [1, 2],
      [3, 4],
    ]);
    await expect(tensor1d([1, 2])).toBeAllClose([1, 2]);
    await expect(Uint8Array.of(1, 2)).toBeAllClose([1, 2]);
    await expect(scalar(3)).toBeAllClose(3);
    await expect(tensor([], [0, 3])).toBeAllClose({ shape: [0, 3], data: [] });
  });

  test("fails with the worst place, what was expected, what came, and how many differ", async () => {
    const got = tensor2d([1, 2, 3.5, 4.25], [2, 2]);
    await expect(
      expect(got).toBeAllClose([
        [1, 2],
        [3, 4],
      ]),
    ).rejects.toThrow(
      "expected values within rtol 0.0001, atol 0.00001, got 2 of 4 beyond it in [2,2]\nworst at [1,0]: expected 3, got 3.5, difference 0.5",
    );
  });

  test("fails on another shape, also with the same values", async () => {
    await expect(
      expect(tensor1d([1, 2, 3, 4])).toBeAllClose([
        [1, 2],
        [3, 4],
      ]),
    ).rejects.toThrow("expected shape [2,2], got [4]");
    await expect(expect(tensor1d([1])).toBeAllClose(1)).rejects.toThrow("expected shape [], got [1]");
  });

  test("can be negated", async () => {
    await expect(tensor1d([1, 2])).not.toBeAllClose([1, 3]);
    await expect(expect(tensor1d([1])).not.toBeAllClose([1])).rejects.toThrow("expected values that differ");
  });
});

test("NaN is close to NaN alone, infinity to the same infinity", async () => {
  expect(await close([NaN, Infinity, -Infinity], [NaN, Infinity, -Infinity])).toBe(true);
  expect(await close([NaN], [1])).toBe(false);
  expect(await close([1], [NaN])).toBe(false);
  expect(await close([Infinity], [-Infinity])).toBe(false);
  expect(await close([Infinity], [1])).toBe(false);
});

test("tolerances are those of numpy's allclose", async () => {
  const within = (got: number, expected: number, tolerance: { rtol: number; atol: number }) =>
    allClose([got], [expected], tolerance).then((result) => result.close);
  expect(await within(110, 100, { rtol: 0.11, atol: 0 })).toBe(true);
  expect(await within(110, 100, { rtol: 0.09, atol: 0 })).toBe(false);
  expect(await within(0.5, 0, { rtol: 1, atol: 0.6 })).toBe(true);
  expect(await within(0.5, 0, { rtol: 1, atol: 0.4 })).toBe(false);
  expect(await within(1, 1, { rtol: 0, atol: 0 })).toBe(true);
});

test("refuses ragged arrays and stored values that do not fill their shape", async () => {
  await expect(
    close(
      [[1, 2], [3]],
      [
        [1, 2],
        [3, 4],
      ],
    ),
  ).rejects.toThrow("rows of equal length");
  expect(await close({ shape: [2], data: [1] }, { shape: [2], data: [1] })).toBe(false);
});
