import { expect, test } from "vitest";
import { imputed } from "./imputed.ts";

const [height, width] = [5, 6];
const pixels = Float32Array.from({ length: height * width }, (_, i) => Math.sin(3.1 * i));
const places = [[1, 1], [1, 2], [2, 2], [0, 5], [4, 0], [4, 1]] as const; // prettier-ignore
const removed = new Uint8Array(height * width);
for (const [y, x] of places) removed[y * width + x] = 1;

test("removed pixels are what NumPy's solution of the linear system says, the others stay", () => {
  const got = imputed(pixels, removed, [height, width, 1], { noise: 0 });
  const wanted = [0.059896, 0.204593, 0.252611, 0.02964, -0.242621, -0.281157];
  for (const [i, [y, x]] of places.entries()) expect(got[y * width + x]).toBeCloseTo(wanted[i]!, 3);
  const left = (values: Float32Array) => values.filter((_, at) => !removed[at]);
  expect(left(got)).toEqual(left(pixels));
});

test("a slope goes on through what was removed, in every channel, and noise is the same each time", () => {
  const size = [9, 9, 2] as const;
  const slope = Float32Array.from({ length: 9 * 9 * 2 }, (_, i) => (Math.floor(i / 2) % 9) * (1 + (i % 2)));
  const hole = Uint8Array.from({ length: 81 }, (_, at) => Number(Math.abs((at % 9) - 4) < 3 && Math.abs(Math.floor(at / 9) - 4) < 3)); // prettier-ignore
  const got = imputed(slope, hole, size, { noise: 0 });
  for (const [i, value] of slope.entries()) expect(got[i]).toBeCloseTo(value, 2);
  const noisy = imputed(slope, hole, size);
  expect(noisy).toEqual(imputed(slope, hole, size));
  expect(noisy).not.toEqual(got);
  expect([...imputed(slope, hole.fill(1), size, { noise: 0 })]).toEqual(Array(162).fill(0));
});
