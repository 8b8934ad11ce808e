import { array, assert, asyncProperty, double, nat } from "fast-check";
import { TesseraError } from "@tessera/core";
import { expect, test } from "vitest";
import { flat } from "../__fixtures__/pictures.ts";
import { classBalance } from "./class-balance.ts";
import type { Dataset } from "./dataset.ts";
import { datasetOf } from "./dataset-of.ts";
import { select, split, subset } from "./subset.ts";

async function labelled(labels: readonly number[]): Promise<Dataset> {
  const items = labels.map((label, i) => ({ image: flat(1, 1, [i, 0, 0]), label, name: String(i) }));
  return datasetOf(items, { classes: ["a", "b", "c"] });
}

const names = (dataset: Dataset) => Array.from({ length: dataset.length }, (_, i) => Number(dataset.nameOf(i)));
const anyLabels = array(nat(2), { minLength: 1, maxLength: 60 });

test("a split is a partition, in order, with the same share of every class", async () => {
  await assert(
    asyncProperty(anyLabels, double({ min: 0.01, max: 0.99, noNaN: true }), nat(), async (labels, fraction, seed) => {
      const whole = await labelled(labels);
      const parts = split(whole, { fraction }, seed).map(names);
      expect(parts.flat().sort((a, b) => a - b)).toEqual(labels.map((_, i) => i));
      for (const part of parts) expect(part).toEqual([...part].sort((a, b) => a - b));
      for (const label of [0, 1, 2]) {
        const all = labels.filter((value) => value === label).length;
        const taken = parts[1]!.filter((i) => labels[i] === label).length;
        const wanted = all < 2 ? 0 : Math.min(all - 1, Math.max(1, Math.round(all * fraction)));
        expect(taken).toBe(wanted);
      }
    }),
  );
});

test("a subset has so many of each class, the same ones by the same seed", async () => {
  const whole = await labelled(Array.from({ length: 90 }, (_, i) => i % 3));
  const few = subset(whole, { perClass: 5 }, 3);
  expect(classBalance(few).counts.map(({ count }) => count)).toEqual([5, 5, 5]);
  expect(names(subset(whole, { perClass: 5 }, 3))).toEqual(names(few));
  expect(names(subset(whole, { perClass: 5 }, 4))).not.toEqual(names(few));
  expect(subset(whole, { fraction: 0.01 }).length).toBe(3);
  expect(await few.read(2)).toEqual(await whole.read(names(few)[2]!));
  expect(names(select(few, [1, 1]))).toEqual([names(few)[1], names(few)[1]]);
});

test("the balance of classes", async () => {
  expect(classBalance(await labelled([0, 0, 0, 1]))).toEqual({
    counts: [
      { name: "a", count: 3 },
      { name: "b", count: 1 },
      { name: "c", count: 0 },
    ],
    ratio: 3,
    empty: ["c"],
    majority: 0.75,
  });
});

test("refuses shares that make no sense", async () => {
  const whole = await labelled([0, 1]);
  for (const share of [
    { fraction: 0 },
    { fraction: 1.5 },
    { fraction: Number.NaN },
    { perClass: 0 },
    { perClass: 1.5 },
  ]) {
    expect(() => subset(whole, share)).toThrow(TesseraError);
  }
  expect(() => select(whole, [2])).toThrow(RangeError);
});
