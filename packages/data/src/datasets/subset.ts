import { Random, TesseraError } from "@tessera/core";
import type { Dataset } from "./dataset.ts";
import { checkIndex } from "./stored-pictures.ts";

/** Some pictures of a data set, in the order given; its classes stay. */
export function select(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  const at = Int32Array.from(indices, (index) => checkIndex(index, dataset.length));
  const from = (index: number) => at[checkIndex(index, at.length)]!;
  return {
    classes: dataset.classes,
    length: at.length,
    labelOf: (index) => dataset.labelOf(from(index)),
    nameOf: (index) => dataset.nameOf(from(index)),
    read: async (index, signal) => dataset.read(from(index), signal),
    ...(dataset.locate && { locate: (index) => dataset.locate!(from(index)) }),
  };
}

/** How much of a data set is wanted: a share of every class, or so many of each. */
export type Share = { readonly fraction: number } | { readonly perClass: number };

/**
 * Part of a data set, drawn by the seed in every class alike, in the order of the whole. Of a fraction, a class keeps the
 * rounded share and at least one picture.
 *
 * @throws TesseraError for a fraction outside (0, 1] or a number per class below 1.
 */
export function subset(dataset: Dataset, share: Share, seed: number | string = 0): Dataset {
  return select(dataset, drawn(dataset, share, seed, (count) => Math.max(1, count)).sort());
}

/**
 * A data set in two: without the fraction (or the number per class) and only that, drawn by the seed in every class
 * alike. A class of two pictures or more is in both.
 *
 * @throws as `subset`.
 */
export function split(dataset: Dataset, share: Share, seed: number | string = 0): [rest: Dataset, part: Dataset] {
  const part = drawn(dataset, share, seed, (count, all) => Math.min(Math.max(1, count), all - 1)).sort();
  const taken = new Set(part);
  const rest = Int32Array.from({ length: dataset.length }, (_, i) => i).filter((index) => !taken.has(index));
  return [select(dataset, rest), select(dataset, part)];
}

function drawn(
  dataset: Dataset,
  share: Share,
  seed: number | string,
  bounded: (count: number, all: number) => number,
): Int32Array {
  checkShare(share);
  const taken: number[] = [];
  for (const [label, members] of membersByClass(dataset).entries()) {
    const wanted = "fraction" in share ? Math.round(members.length * share.fraction) : share.perClass;
    const count = members.length === 0 ? 0 : Math.min(members.length, bounded(wanted, members.length));
    shuffle(members, new Random(seed).fork(`class ${label}`));
    taken.push(...members.slice(0, count));
  }
  return Int32Array.from(taken);
}

function membersByClass(dataset: Dataset): number[][] {
  const members: number[][] = dataset.classes.map(() => []);
  for (let i = 0; i < dataset.length; i++) members[dataset.labelOf(i)]!.push(i);
  return members;
}

function checkShare(share: Share): void {
  const fits =
    "fraction" in share
      ? share.fraction > 0 && share.fraction <= 1
      : Number.isSafeInteger(share.perClass) && share.perClass > 0;
  if (fits) return;
  throw new TesseraError(
    `subset: expected a fraction above 0 and up to 1, or at least 1 per class, got ${JSON.stringify(share)}`,
  );
}

/** Fisher and Yates, in place. */
export function shuffle(values: { length: number; [index: number]: number }, random: Random): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    const value = values[i]!;
    values[i] = values[j]!;
    values[j] = value;
  }
}
