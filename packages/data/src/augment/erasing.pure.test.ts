import { Random } from "@tessera/core";
import { readGoldens } from "@tessera/testing";
import { expect, test } from "vitest";
import { drawBox, randomErasing } from "./erasing.ts";

test("takes the boxes that timm takes", async () => {
  // timm 1.0.29's RandomErasing, given draws: height, width, four draws, the box that was erased.
  const { tensors } = await readGoldens(new URL("../__fixtures__/augment_erasing.safetensors", import.meta.url));
  const { shape, data } = tensors.get("rows")!;
  for (let row = 0; row < shape[0]!; row++) {
    const [h, w, ...rest] = data.subarray(row * 10, row * 10 + 10) as unknown as number[];
    const draws = [...rest.slice(0, 4), ...Array.from({ length: 9 }, () => [0, 0.5, 0, 0]).flat()];
    const box = drawBox(h!, w!, {}, 1, { uniform: () => draws.shift()! })!;
    expect([row, box.top, box.left, box.height, box.width]).toEqual([row, ...rest.slice(4)]);
  }
});

test.each(["const", "pixel"] as const)("erases by %s, as often as asked", (mode) => {
  const erased: number[][] = [];
  for (let seed = 0; seed < 200; seed++) {
    const values = new Float32Array(16 * 16 * 3).fill(9);
    randomErasing(values, [16, 16], { probability: 0.25, mode }, new Random(seed));
    erased.push(Array.from(values).filter((value) => value !== 9));
  }
  const some = erased.filter(({ length }) => length > 0);
  expect(some.length / 200).toBeCloseTo(0.25, 1);
  expect(Math.max(...some.map(({ length }) => length))).toBeLessThan(0.5 * 16 * 16 * 3);
  const distinct = new Set(some.flat()).size / some.flat().length;
  expect(mode === "const" ? new Set(some.flat()) : distinct > 0.99).toEqual(mode === "const" ? new Set([0]) : true);
});
