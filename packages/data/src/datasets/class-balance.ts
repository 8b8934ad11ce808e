import type { Dataset } from "./dataset.ts";

/** How many pictures each class has. */
export interface ClassBalance {
  readonly counts: readonly { readonly name: string; readonly count: number }[];
  /** The largest class over the smallest that has any: 1 is even. */
  readonly ratio: number;
  /** Classes without a picture. */
  readonly empty: readonly string[];
  /** The share that guessing the largest class gets right. */
  readonly majority: number;
}

/** Counts a data set's classes: what an accuracy is to be held against. */
export function classBalance(dataset: Dataset): ClassBalance {
  const counts = dataset.classes.map((name) => ({ name, count: 0 }));
  for (let i = 0; i < dataset.length; i++) counts[dataset.labelOf(i)]!.count++;
  const present = counts.map(({ count }) => count).filter((count) => count > 0);
  const largest = Math.max(0, ...present);
  return {
    counts,
    ratio: present.length > 0 ? largest / Math.min(...present) : 1,
    empty: counts.filter(({ count }) => count === 0).map(({ name }) => name),
    majority: dataset.length > 0 ? largest / dataset.length : 0,
  };
}
