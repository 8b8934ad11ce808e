import { type Random, TesseraError } from "@tessera/core";
import type { Batch } from "../data.ts";
import { drawBeta } from "./beta.ts";
import { type Mix, mixBatch } from "./mix-batch.ts";

export interface MixingOptions {
  /** How many there are. */
  classes: number;
  /** Both parameters of the beta distribution that mixup's shares come from; 0 is none. @default 0 */
  mixup?: number;
  /** The same of cutmix. @default 0 */
  cutmix?: number;
  /** Of mixing at all. @default 1 */
  probability?: number;
  /** Of cutmix, where both are asked for. @default 0.5 */
  cutmixProbability?: number;
  /** One draw for all images, one for each pair of partners, or one for each image. @default "batch" */
  per?: "batch" | "pair" | "image";
  /** @default 0 */
  smoothing?: number;
}

/**
 * Mixup (Zhang et al. 2018) and cutmix (Yun et al. 2019) of a batch with itself in reverse order, as timm's Mixup. What is drawn
 * follows from the random source alone. Labels become probabilities.
 *
 * @throws {TesseraError} for rates that are no probabilities, or neither kind of mixing.
 */
export function mixing(options: MixingOptions): (batch: Batch, random: Random) => Batch {
  const {
    classes,
    mixup = 0,
    cutmix = 0,
    probability = 1,
    cutmixProbability = 0.5,
    per = "batch",
    smoothing = 0,
  } = options;
  if (!(mixup > 0) && !(cutmix > 0))
    throw new TesseraError(`mixing: expected mixup or cutmix above 0, got ${mixup} and ${cutmix}`);
  for (const [name, value] of Object.entries({ probability, cutmixProbability, smoothing })) {
    if (!(value >= 0 && value <= 1)) throw new TesseraError(`mixing: expected ${name} from 0 to 1, got ${value}`);
  }
  return (batch, random) => {
    const [images, height, width] = batch.shape;
    const count = { batch: 1, pair: Math.ceil(images / 2), image: images }[per];
    const mixes = Array.from({ length: count }, (): Mix => {
      if (random.uniform() >= probability) return { lambda: 1 };
      const cut = cutmix > 0 && (!(mixup > 0) || random.uniform() < cutmixProbability);
      const lambda = drawBeta(random, cut ? cutmix : mixup);
      if (!cut) return { lambda };
      return { lambda, centre: [Math.floor(random.uniform() * height), Math.floor(random.uniform() * width)] };
    });
    return mixBatch(
      batch,
      classes,
      (image) => mixes[per === "batch" ? 0 : per === "image" ? image : Math.min(image, images - 1 - image)]!,
      smoothing,
    );
  };
}
