import { slice } from "@tensorflow/tfjs-core";
import { expectNoLeak, readGoldens } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { ShapeError } from "../errors.ts";
import { sincos1d, sincos2d } from "./fixed.ts";

const goldens = await readGoldens(new URL("../__fixtures__/layers.safetensors", import.meta.url));

function rows(name: string) {
  const { shape, data } = goldens.get(name);
  return { shape: [1, ...shape], data };
}

describe("two dimensions", () => {
  test("MAE's table", async () => {
    await expect(sincos2d({ width: 16 }).table([2, 3])).toBeAllClose(rows("sincos2d/mae"));
  });

  test("MAE's table as its paper's code prints it: width 8, 2×2", async () => {
    const [s, c] = [0.841471, 0.540302];
    await expect(sincos2d({ width: 8 }).table([2, 2])).toBeAllClose([
      [
        [0, 0, 1, 1, 0, 0, 1, 1],
        [s, 0.01, c, 0.99995, 0, 0, 1, 1],
        [0, 0, 1, 1, s, 0.01, c, 0.99995],
        [s, 0.01, c, 0.99995, s, 0.01, c, 0.99995],
      ],
    ]);
  });

  test("MoCo v3's, as big_vision has it", async () => {
    await expect(sincos2d({ width: 16, form: "moco" }).table([2, 3])).toBeAllClose(rows("sincos2d/moco"));
  });

  test("the smallest widths are finite", async () => {
    for (const form of ["mae", "moco"] as const) {
      const data = await sincos2d({ width: 4, form }).table([3, 3]).data();
      expect(data.every(Number.isFinite)).toBe(true);
    }
  });

  test("tokens before the patches have zeros", async () => {
    const table = sincos2d({ width: 8, prefix: 2 }).table([2, 2]);
    await expect(slice(table, [0, 0, 0], [1, 2, 8])).toBeAllClose({ shape: [1, 2, 8], data: new Float32Array(16) });
    await expect(slice(table, [0, 2, 0], [1, 4, 8])).toBeAllClose(sincos2d({ width: 8 }).table([2, 2]));
  });

  test("a width that is no multiple of 4 is refused", () => {
    expect(() => sincos2d({ width: 6 })).toThrow(ShapeError);
    expect(() => sincos2d({ width: 6 })).toThrow("sincos2d: expected a width divisible by 4, got 6");
  });
});

describe("one dimension", () => {
  test("sine and cosine by turns, prefix and patches counted through", async () => {
    await expect(sincos1d({ width: 8, prefix: 1 }).table([2, 3])).toBeAllClose(rows("sincos1d"));
    await expect(sincos1d({ width: 8 }).table([7, 1])).toBeAllClose(rows("sincos1d"));
  });

  test("an odd width is refused", () => {
    expect(() => sincos1d({ width: 3 })).toThrow("sincos1d: expected a width divisible by 2, got 3");
  });
});

test("has no parameters, keeps its rows when the grid grows, and leaks nothing", async () => {
  const positions = sincos2d({ width: 8 });
  expect([positions.paramCount, positions.prefix, positions.width]).toEqual([0, 0, 8]);
  const small = positions.table([1, 3]);
  await expect(slice(positions.table([2, 3]), [0, 0, 0], [1, 3, 8])).toBeAllClose(small);
  await expectNoLeak(() => positions.table([3, 2]).dispose());
});
