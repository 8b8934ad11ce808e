import { expect, test } from "vitest";
import { seeded } from "./seeded.ts";

function draw(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

test("the same seed gives the same numbers, another seed others", () => {
  const [one, same, other] = [seeded(1), seeded(1), seeded(2)];
  const numbers = draw(8, () => one.uniform());
  expect(draw(8, () => same.uniform())).toEqual(numbers);
  expect(draw(8, () => other.uniform())).not.toEqual(numbers);
});

test("numbers are spread as they say", () => {
  const random = seeded(3);
  const count = 10_000;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / count;
  const uniform = draw(count, () => random.uniform(-1, 3));
  expect(Math.min(...uniform)).toBeGreaterThanOrEqual(-1);
  expect(Math.max(...uniform)).toBeLessThan(3);
  expect(mean(uniform)).toBeCloseTo(1, 1);
  const normal = draw(count, () => random.normal(2, 0.5));
  expect(mean(normal)).toBeCloseTo(2, 1);
  expect(mean(normal.map((value) => (value - 2) ** 2))).toBeCloseTo(0.25, 1);
  expect(new Set(draw(100, () => random.integer(3)))).toEqual(new Set([0, 1, 2]));
});

test("tensors hold the drawn numbers", async () => {
  const tensor = seeded(4).normals([2, 3]);
  const random = seeded(4);
  await expect(tensor).toBeAllClose({ shape: [2, 3], data: draw(6, () => random.normal()) });
  tensor.dispose();
});
