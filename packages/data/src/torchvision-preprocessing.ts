import { pixels, unexpected } from "./config-fields.ts";
import { type Interpolation, isInterpolation } from "./interpolation.ts";
import type { Preprocessing } from "./preprocessing.ts";
import { IMAGENET_MEAN, IMAGENET_STD, type Rgb } from "./statistics.ts";

/** The arguments of torchvision's `ImageClassification` preset. */
export interface TorchvisionPreset {
  /** Pixels of the square that is cut from the centre. */
  readonly cropSize: number;
  /** Pixels of the shorter side before the crop. @default 256 */
  readonly resizeSize?: number;
  /** @default "bilinear" */
  readonly interpolation?: Interpolation;
  /** @default IMAGENET_MEAN */
  readonly mean?: Rgb;
  /** @default IMAGENET_STD */
  readonly std?: Rgb;
}

const where = "torchvisionPreprocessing";

/**
 * What torchvision's weights do to a PIL picture: `Resize(resizeSize)`, `CenterCrop(cropSize)`, `Normalize`.
 *
 * @throws TesseraError for a size that is not a positive whole number or an unknown interpolation.
 * @see https://github.com/pytorch/vision/blob/v0.28.0/torchvision/transforms/_presets.py
 */
export function torchvisionPreprocessing(preset: TorchvisionPreset): Preprocessing {
  const { interpolation = "bilinear", mean = IMAGENET_MEAN, std = IMAGENET_STD } = preset;
  const crop = pixels(preset.cropSize, "cropSize", where);
  if (!isInterpolation(interpolation))
    throw unexpected(where, "interpolation", "one of Pillow's filters", interpolation);
  return {
    size: [crop, crop],
    resize: { rule: "short-side", pixels: pixels(preset.resizeSize ?? 256, "resizeSize", where) },
    interpolation,
    centre: "round",
    fill: [0, 0, 0],
    scale: 1 / 255,
    mean,
    std,
  };
}
