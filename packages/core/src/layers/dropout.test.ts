import { type Tensor, grad, ones, sum } from "@tensorflow/tfjs-core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { Random } from "../random.ts";
import { dropPath, dropPathRates, dropout } from "./dropout.ts";

const training = (seed: number | string) => ({ training: true, random: new Random(seed) });

async function values(x: Tensor): Promise<number[]> {
  return [...(await x.data())];
}

describe("dropout", () => {
  test("drops the share that it is told, and divides the rest by what is kept", async () => {
    const kept = await values(dropout(ones([40, 50]), 0.3, training(1)));
    const share = kept.filter((value) => value === 0).length / kept.length;
    expect(share).toBeGreaterThan(0.26);
    expect(share).toBeLessThan(0.34);
    for (const value of new Set(kept)) expect([0, 1 / 0.7].some((level) => Math.abs(level - value) < 1e-6)).toBe(true);
    expect(kept.reduce((total, value) => total + value, 0) / kept.length).toBeCloseTo(1, 1);
  });

  test("follows the seed", async () => {
    const x = seeded(1).normals([4, 6]);
    const of = (seed: number) => values(dropout(x, 0.5, training(seed)));
    expect(await of(1)).toEqual(await of(1));
    expect(await of(1)).not.toEqual(await of(2));
  });

  test("passes gradients where it passed values", async () => {
    const x = ones([3, 5]);
    const kept = await values(dropout(x, 0.5, training(3)));
    expect(await values(grad((z: Tensor) => sum(dropout(z, 0.5, training(3))))(x))).toEqual(kept);
  });
});

describe("drop path", () => {
  test("drops whole samples", async () => {
    const samples = await values(sum(dropPath(ones([200, 2, 3]), 0.25, training(1)), [1, 2]));
    const levels = new Set(samples.map((value) => Math.round(value * 1e4) / 1e4));
    expect(levels).toEqual(new Set([0, 8]));
    const share = samples.filter((value) => value === 0).length / 200;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.35);
  });

  test("rates grow to the last block, or are the same everywhere", () => {
    expect(dropPathRates(0.3, 4).map((rate) => Math.round(rate * 1e6) / 1e6)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(dropPathRates(0.3, 3, "constant")).toEqual([0.3, 0.3, 0.3]);
    expect(dropPathRates(0.3, 1)).toEqual([0.3]);
    expect(dropPathRates(0, 2)).toEqual([0, 0]);
    expect(() => dropPathRates(1, 2)).toThrow("dropPathRates: expected a rate from 0 to below 1, got 1");
  });
});

describe.each([
  ["dropout", dropout],
  ["dropPath", dropPath],
])("%s", (name, drop) => {
  test("is its input at inference, and at rate 0", () => {
    const x = ones([2, 3]);
    expect(drop(x, 0.5, {})).toBe(x);
    expect(drop(x, 0.5, { random: new Random(1) })).toBe(x);
    expect(drop(x, 0, { training: true })).toBe(x);
  });

  test("needs a source, and a rate that makes sense", () => {
    expect(() => drop(ones([1, 1]), 0.5, { training: true })).toThrow(
      `${name}: expected a random source while training`,
    );
    for (const rate of [1, 1.5, -0.1, Number.NaN]) {
      expect(() => drop(ones([1, 1]), rate, training(1))).toThrow(
        `${name}: expected a rate from 0 to below 1, got ${rate}`,
      );
    }
  });

  test("leaks nothing", async () => {
    const x = ones([2, 3]);
    await expectNoLeak(() => drop(x, 0.5, training(1)).dispose());
  });
});
