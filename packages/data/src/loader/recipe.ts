import { alternates, mirrored } from "../augment/flip.ts";
import type { Augmentation } from "../augment/augmentation.ts";
import { colourJitter } from "../augment/colour-jitter.ts";
import { randomErasing } from "../augment/erasing.ts";
import { paddedCrop } from "../augment/padded-crop.ts";
import { applyPolicy, meanColour, parsePolicy } from "../augment/policy.ts";
import { randomResizedCrop } from "../augment/random-resized-crop.ts";
import { frameImage } from "../frame.ts";
import { channelTables, checkSpec, normaliseInto } from "../preprocess.ts";
import type { Preprocessing } from "../preprocessing.ts";
import type { RgbImage } from "../rgb-image.ts";
import { type Sample, sampleRandom } from "./sampler.ts";

/** How pictures become a model's input. Plain data, which workers are sent. */
export interface Recipe {
  readonly preprocessing: Preprocessing;
  readonly augmentation?: Augmentation;
  readonly seed: string;
}

/** Writes a picture's values into [h, w, 3]. */
export type Prepare = (out: Float32Array, image: RgbImage, epoch: number, sample: Sample) => void;

/**
 * The function that a recipe is.
 *
 * @throws as `preprocess` for a preprocessing that makes no sense, as `parsePolicy` for a name that is none.
 */
export function prepareBy({ preprocessing, augmentation, seed }: Recipe): Prepare {
  checkSpec(preprocessing);
  const tables = channelTables(preprocessing);
  const { size } = preprocessing;
  const { policy: named, jitter, erasing } = augmentation ?? {};
  const policy = typeof named === "string" ? parsePolicy(named) : named;
  const fill = meanColour(preprocessing);
  return (out, image, epoch, sample) => {
    if (!augmentation) return normaliseInto(out, frameImage(image, preprocessing), tables);
    // Each step has a source of its own, so that it does not depend on the others.
    const random = sampleRandom(seed, epoch, sample);
    let picture = cropped(image, preprocessing, augmentation.crop, random);
    if (isFlipped(augmentation.flip, random, seed, epoch, sample)) picture = mirrored(picture);
    if (policy) picture = applyPolicy(picture, policy, fill, random.fork("policy"));
    if (jitter) picture = colourJitter(picture, jitter, random.fork("jitter"));
    normaliseInto(out, picture, tables);
    if (erasing) randomErasing(out, size, erasing, random.fork("erasing"));
  };
}

type Source = ReturnType<typeof sampleRandom>;

function cropped(image: RgbImage, preprocessing: Preprocessing, crop: Augmentation["crop"], random: Source): RgbImage {
  if (crop?.kind === "resized") {
    return randomResizedCrop(image, crop, preprocessing.size, preprocessing.interpolation, random.fork("crop"));
  }
  const framed = frameImage(image, preprocessing);
  return crop ? paddedCrop(framed, crop, random.fork("crop")) : framed;
}

function isFlipped(
  flip: Augmentation["flip"],
  random: Source,
  seed: string,
  epoch: number,
  { index, copy }: Sample,
): boolean {
  if (flip === "random") return random.fork("flip").uniform() < 0.5;
  return flip === "alternating" && alternates(seed, epoch + copy, index);
}
