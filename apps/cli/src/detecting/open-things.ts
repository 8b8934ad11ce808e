import { TesseraError } from "@tessera/core";
import { type DetectionDataset, openDetectionDataset, splitDetection } from "@tessera/data";
import { note } from "../report.ts";
import type { TrainSettings } from "../training/settings.ts";

/** The parts of a data set of things on pictures, by what they are for. */
export interface ThingParts {
  train: DetectionDataset;
  /** Chooses the best weights; undefined where nothing is held back. */
  validation: DetectionDataset | undefined;
  /** Judges once, in the end. */
  test: DetectionDataset | undefined;
}

/** Share of the training pictures that is held back where the data name no validation part. */
const HELD_BACK = 0.1;

/**
 * Opens a data set for a detector's training. The pictures that choose the best weights are the data's own validation part, else a
 * share of the training pictures, drawn by the seed.
 *
 * @throws {TesseraError} as `openDetectionDataset`, and if nothing is left to train on.
 */
export async function openThings(
  source: string,
  { validation: share, seed = 0 }: Pick<TrainSettings, "validation" | "seed">,
  signal: AbortSignal,
): Promise<ThingParts> {
  const { train: all, validation: own, test } = await openDetectionDataset(source, { signal });
  if (share === 0 || (share === undefined && own))
    return { train: all, validation: share === 0 ? undefined : own, test };
  if (share === 1) throw new TesseraError("--validation: expected a share below 1, got 1; nothing is left to train on");
  const [train, validation] = splitDetection(all, share ?? HELD_BACK, seed);
  return { train, validation, test };
}

/** Says how many pictures and things there are, and what of the boxes is odd. */
export function introduceThings({ train, validation, test }: ThingParts): void {
  const parts = [
    `${train.length} pictures of ${train.classes.length} kinds of things`,
    validation && `${validation.length} to choose by`,
    test && `${test.length} to test with`,
  ];
  note(parts.filter(Boolean).join(", "));
  for (const line of oddBoxes(train)) note(line);
}

/** Lines about boxes that are not as they should be. */
export function oddBoxes({ beyond, empty }: Pick<DetectionDataset, "beyond" | "empty">): string[] {
  return [
    ...(beyond > 0 ? [`${beyond} boxes reach beyond their picture, and are learnt as what of them is on it`] : []),
    ...(empty > 0 ? [`warning: ${empty} boxes have no area on their picture and were left out`] : []),
  ];
}
