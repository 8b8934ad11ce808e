import { TesseraError } from "@tessera/core";
import { type Dataset, classBalance, openDataset, split, subset } from "@tessera/data";
import { note } from "../report.ts";
import type { TrainSettings } from "./settings.ts";

/** The parts of a data set, by what they are for. */
export interface DataParts {
  train: Dataset;
  /** Chooses the best weights; undefined where nothing is held back. */
  validation: Dataset | undefined;
  /** Judges once, in the end. */
  test: Dataset | undefined;
}

/** Share of the training pictures that is held back where the data name no validation part. */
const HELD_BACK = 0.1;

/**
 * Opens a data set for a training. The pictures that choose the best weights are the data's own validation part, else a
 * share of the training pictures, drawn by the seed in every class alike.
 *
 * @throws {TesseraError} as `openDataset`, and if nothing is left to train on.
 */
export async function openData(
  source: string,
  { validation: share, fraction, perClass, seed = 0 }: TrainSettings,
  signal: AbortSignal,
): Promise<DataParts> {
  const { train: all, validation: own, test } = await openDataset(source, { signal });
  let [train, validation]: [Dataset, Dataset | undefined] = [all, share === 0 ? undefined : own];
  if (share !== 0 && (share !== undefined || !own))
    [train, validation] = split(all, { fraction: share ?? HELD_BACK }, seed);
  if (fraction !== undefined) train = subset(train, { fraction }, seed);
  if (perClass !== undefined) train = subset(train, { perClass }, seed);
  const { empty } = classBalance(train);
  if (empty.length > 0) {
    throw new TesseraError(`${source}: expected pictures of every class to train on, got none of ${empty.join(", ")}`);
  }
  return { train, validation, test };
}

/** Says how many pictures there are, and which classes have far fewer than others. */
export function introduceData({ train, validation, test }: DataParts): void {
  const { counts, ratio } = classBalance(train);
  const parts = [`${train.length} pictures of ${train.classes.length} classes`, validation && `${validation.length} to choose by`, test && `${test.length} to test with`]; // prettier-ignore
  note(parts.filter(Boolean).join(", "));
  if (ratio < 3) return;
  const rare = [...counts].sort((a, b) => a.count - b.count).slice(0, 3);
  note(
    `the largest class has ${ratio.toFixed(1)} times as many as the smallest: ${rare.map(({ name, count }) => `${name} ${count}`).join(", ")}`,
  );
}
