import type { Judgement } from "./judgement.ts";

/** Images whose confidence lies in (from, to]. */
export interface ReliabilityBin {
  from: number;
  to: number;
  images: number;
  /** Mean confidence; 0 in an empty bin. */
  confidence: number;
  /** Share that is right; 0 in an empty bin. */
  accuracy: number;
}

export interface Calibration {
  /** Expected calibration error: the mean distance between confidence and accuracy, weighted by images. */
  ece: number;
  bins: ReliabilityBin[];
}

/** Whether the model is as often right as it says: Guo et al. 2017, with bins of equal width. */
export function calibrationOf(judgements: readonly Judgement[], bins = 15): Calibration {
  const members: Judgement[][] = Array.from({ length: bins }, () => []);
  for (const judgement of judgements) {
    members[Math.min(bins - 1, Math.max(0, Math.ceil(judgement.confidence * bins) - 1))]!.push(judgement);
  }
  const rows = members.map((images, i) => ({
    from: i / bins,
    to: (i + 1) / bins,
    images: images.length,
    confidence: mean(images.map(({ confidence }) => confidence)),
    accuracy: mean(images.map(({ label, predicted }) => Number(label === predicted))),
  }));
  const ece = rows.reduce((sum, row) => sum + row.images * Math.abs(row.confidence - row.accuracy), 0);
  return { ece: judgements.length === 0 ? 0 : ece / judgements.length, bins: rows };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
