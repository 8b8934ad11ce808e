import { type Calibration, calibrationOf } from "./calibration.ts";
import type { Judgement } from "./judgement.ts";

/** How a model does on one class. */
export interface ClassResult {
  name: string;
  /** Images of this class. */
  images: number;
  /** Share of them that is recognised; 0 where there are none. */
  recall: number;
  /** Share of the images called this that are it; 0 where none is called so. */
  precision: number;
  /** Harmonic mean of the two. */
  f1: number;
}

/** How a model does on a data set. */
export interface Evaluation {
  images: number;
  /** Share of images whose likeliest class is the true one. */
  top1: number;
  /** Share of images whose true class is among the five likeliest; undefined below six classes. */
  top5: number | undefined;
  /** Mean cross entropy. */
  loss: number;
  classes: ClassResult[];
  /** Images by true class (row) and predicted class (column). */
  confusion: number[][];
  calibration: Calibration;
}

/** Sums judgements up. */
export function evaluationOf(judgements: readonly Judgement[], classes: readonly string[]): Evaluation {
  const confusion = classes.map(() => classes.map(() => 0));
  for (const { label, predicted } of judgements) confusion[label]![predicted]!++;
  const share = (count: number, all: number) => (all === 0 ? 0 : count / all);
  const within = (k: number) => share(judgements.filter(({ rank }) => rank < k).length, judgements.length);
  const results = classes.map((name, i) => {
    const right = confusion[i]![i]!;
    const images = confusion[i]!.reduce((sum, count) => sum + count, 0);
    const called = confusion.reduce((sum, row) => sum + row[i]!, 0);
    return {
      name,
      images,
      recall: share(right, images),
      precision: share(right, called),
      f1: share(2 * right, images + called),
    };
  });
  return {
    images: judgements.length,
    top1: share(judgements.filter(({ label, predicted }) => label === predicted).length, judgements.length),
    top5: classes.length > 5 ? within(5) : undefined,
    loss: share(
      judgements.reduce((sum, { loss }) => sum + loss, 0),
      judgements.length,
    ),
    classes: results,
    confusion,
    calibration: calibrationOf(judgements),
  };
}
