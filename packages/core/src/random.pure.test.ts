import { describe, expect, test } from "vitest";
import { Random } from "./random.ts";

function draw(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

/** Mean, standard deviation and correlation of neighbours. */
function moments(values: readonly number[]): { mean: number; std: number; lag: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const centred = values.map((value) => value - mean);
  const variance = centred.reduce((sum, value) => sum + value ** 2, 0) / values.length;
  const lag = centred.slice(1).reduce((sum, value, i) => sum + value * centred[i]!, 0) / values.length / variance;
  return { mean, std: Math.sqrt(variance), lag };
}

describe("the same on every machine", () => {
  test("uniform", () => {
    const random = new Random(1);
    expect(draw(4, () => random.uniform())).toEqual([
      0.4357552002184093, 0.047900118632242084, 0.17089256667532027, 0.6287965555675328,
    ]);
  });

  test("normal, of a fork", () => {
    const random = new Random("seed").fork("blocks.0.attn.qkv.weight");
    expect(draw(3, () => Math.fround(random.normal()))).toEqual([
      -0.9645980596542358, 0.04791004955768585, -0.17011216282844543,
    ]);
  });
});

test("the same seed gives the same numbers, as number or as text; another seed others", () => {
  const of = (seed: number | string) => {
    const random = new Random(seed);
    return draw(8, () => random.uniform());
  };
  expect(of(7)).toEqual(of("7"));
  const seeds = [0, 1, -1, 0.5, "", "a", "b", "ab", "ba", "0/1", "1/0", "ä", "長"];
  expect(new Set(seeds.map((seed) => of(seed)[0])).size).toBe(seeds.length);
});

test("a fork depends on seed and label, not on what was drawn before", () => {
  const fresh = new Random(3).fork("x").uniform();
  const random = new Random(3);
  draw(10, () => random.normal());
  expect(random.fork("x").uniform()).toBe(fresh);
  expect(random.fork("y").uniform()).not.toBe(fresh);
  expect(random.fork("x").fork("y").uniform()).not.toBe(random.fork("y").fork("x").uniform());
});

test("forks of neighbouring labels are independent", () => {
  const first = draw(
    4000,
    (() => {
      let i = 0;
      return () => new Random(0).fork(`blocks.${i++}.weight`).uniform();
    })(),
  );
  const { mean, std, lag } = moments(first);
  expect(mean).toBeCloseTo(0.5, 1);
  expect(std).toBeCloseTo(Math.sqrt(1 / 12), 1);
  expect(Math.abs(lag)).toBeLessThan(0.05);
});

test("uniform fills [0, 1) evenly", () => {
  const random = new Random(5);
  const values = draw(20_000, () => random.uniform());
  const { mean, std, lag } = moments(values);
  expect(mean).toBeCloseTo(0.5, 2);
  expect(std).toBeCloseTo(Math.sqrt(1 / 12), 2);
  expect(Math.abs(lag)).toBeLessThan(0.02);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
});

test("normal has mean 0, deviation 1 and the tails of a normal", () => {
  const random = new Random(6);
  const values = draw(20_000, () => random.normal());
  const { mean, std, lag } = moments(values);
  expect(mean).toBeCloseTo(0, 1);
  expect(std).toBeCloseTo(1, 1);
  expect(Math.abs(lag)).toBeLessThan(0.02);
  const beyond = (limit: number) => values.filter((value) => Math.abs(value) > limit).length / values.length;
  expect(beyond(1)).toBeCloseTo(0.3173, 1);
  expect(beyond(2)).toBeCloseTo(0.0455, 2);
  expect(beyond(3)).toBeCloseTo(0.0027, 2);
});

test("a copy gives the numbers to come, and leaves them to the other", () => {
  const random = new Random(1);
  random.uniform();
  const copy = random.copy();
  const drawn = [random.normal(), random.uniform()];
  expect([copy.normal(), copy.uniform()]).toEqual(drawn);
  expect(copy.fork(2).uniform()).toBe(random.fork(2).uniform());
});
