import { type Tensor4D, add, mul, sub, sum, tidy, zerosLike } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import type { Explained } from "../explained.ts";
import { gradientsAt } from "../gradients-at.ts";
import type { Heatmap } from "../heatmap.ts";
import { type Target, targetOf } from "../target.ts";
import { predictedClasses } from "./predicted-classes.ts";

export interface IntegratedGradientsOptions {
  /** @default "predicted", of the whole picture */
  target?: Target;
  /** Pictures on the way. @default 32 */
  steps?: number;
  /** Where the way begins: [b, h, w, c] as the model sees it. @default zeros: mid-grey, for most models */
  baseline?: Tensor4D;
}

/**
 * How much each pixel adds to the answer on the way from a picture that shows nothing: Sundararajan et al. 2017. All values add up to the
 * difference of the two answers, the better the more steps there are (`steps` forwards and backwards). The steps' midpoints are taken.
 *
 * @returns one map of pixels for each picture, signed, summed over channels.
 */
export async function integratedGradients(
  model: Explained,
  images: Tensor4D,
  { target = "predicted", steps = 32, baseline }: IntegratedGradientsOptions = {},
): Promise<Heatmap[]> {
  if (!Number.isInteger(steps) || steps < 1)
    throw new TesseraError(`integratedGradients: expected a number of steps from 1, got ${steps}`);
  const score = target === "predicted" ? await predictedClasses(model, images) : targetOf(target);
  let total: Tensor4D = zerosLike(images);
  for (let step = 0; step < steps; step++) {
    const share = (step + 0.5) / steps;
    const between = tidy(() => {
      if (!baseline) return mul<Tensor4D>(images, share);
      return add<Tensor4D>(baseline, mul(sub(images, baseline), share));
    });
    const { images: slopes, logits } = gradientsAt(model, between, score, () => false);
    const before = total;
    total = tidy(() => add<Tensor4D>(before, mul(slopes, 1 / steps)));
    for (const tensor of [between, slopes, logits, before]) tensor.dispose();
  }
  const pixels = tidy(() => sum(mul(total, baseline ? sub(images, baseline) : images), 3));
  const values = await pixels.data<"float32">();
  for (const tensor of [total, pixels]) tensor.dispose();
  const [b, rows, columns] = images.shape;
  const size = rows * columns;
  return Array.from({ length: b }, (_, i) => ({ values: values.slice(i * size, (i + 1) * size), rows, columns }));
}

/** Sums of the pixels of each patch. @throws {TesseraError} if they do not make whole patches. */
export function perPatch({ values, rows, columns }: Heatmap, patch: number): Heatmap {
  if (rows % patch !== 0 || columns % patch !== 0)
    throw new TesseraError(`perPatch: expected a picture of whole patches of ${patch}, got ${rows}×${columns}`);
  const [down, across] = [rows / patch, columns / patch];
  const sums = new Float32Array(down * across);
  for (const [i, value] of values.entries()) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    sums[Math.floor(row / patch) * across + Math.floor(column / patch)]! += value;
  }
  return { values: sums, rows: down, columns: across };
}
