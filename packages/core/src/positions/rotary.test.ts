// Values and gradients inside attention against timm: layers/layers.goldens.test.ts.
import { type Tensor3D, matMul, slice, square, sum, tensor3d, zeros } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { ShapeError } from "../errors.ts";
import { Rotary2d } from "./rotary.ts";

const rotary = new Rotary2d({ grid: [3, 4], headWidth: 8, prefix: 1 });

test("keeps lengths, and leaves the prefix and the first patch alone", async () => {
  const x = seeded(1).normals([2, 13, 16]) as Tensor3D;
  const turned = rotary.turn(x, 2);
  await expect(sum(square(turned), -1)).toBeAllClose(sum(square(x), -1));
  await expect(slice(turned, [0, 0, 0], [2, 2, 16])).toBeAllClose(slice(x, [0, 0, 0], [2, 2, 16]));
});

test("products depend on the displacement alone", async () => {
  // One query and one key at every place: q·k of two places is a function of their difference.
  const everywhere = async (seed: number) => {
    const row = await seeded(seed).normals([8]).data();
    return tensor3d(
      Float32Array.from({ length: 12 * 8 }, (_, i) => row[i % 8]!),
      [1, 12, 8],
    );
  };
  const plain = new Rotary2d({ grid: [3, 4], headWidth: 8 });
  const [q, k] = [plain.turn(await everywhere(2), 1), plain.turn(await everywhere(5), 1)];
  const products = await matMul(q, k, false, true).data();
  const at = (a: number, b: number) => products[a * 12 + b]!;
  expect(at(0, 5)).toBeCloseTo(at(1, 6), 4); // one down, one right
  expect(at(0, 5)).toBeCloseTo(at(6, 11), 4);
  expect(at(4, 1)).toBeCloseTo(at(9, 6), 4); // one up, one right
  expect(Math.abs(at(0, 5) - at(4, 1))).toBeGreaterThan(1e-3);
});

test("a reference grid scales places", async () => {
  const x = seeded(3).normals([1, 16, 4]) as Tensor3D;
  const larger = new Rotary2d({ grid: [4, 4], headWidth: 4, reference: [2, 2] }).turn(x, 1);
  // Place (0, 2) of 4 is place (0, 1) of 2.
  const moved = new Rotary2d({ grid: [2, 2], headWidth: 4 }).turn(slice(x, [0, 1, 0], [1, 4, 4]), 1);
  await expect(slice(larger, [0, 2, 0], [1, 1, 4])).toBeAllClose(slice(moved, [0, 1, 0], [1, 1, 4]));
});

test("has the gradient that differences give", async () => {
  await checkGradients((x) => rotary.turn(x as Tensor3D, 1), [seeded(4).normals([1, 13, 8])], { samples: 16 });
});

test("refuses shapes that do not fit", () => {
  expect(() => new Rotary2d({ grid: [2, 2], headWidth: 6 })).toThrow(ShapeError);
  expect(() => rotary.turn(zeros([1, 12, 16]) as Tensor3D, 2)).toThrow(
    "Rotary2d: expected [b, 13, 16], got [1, 12, 16]",
  );
});

test("leaks nothing", async () => {
  const x = zeros([1, 13, 16]) as Tensor3D;
  await expectNoLeak(() => rotary.turn(x, 2).dispose());
});
