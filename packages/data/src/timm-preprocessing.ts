import { type Config, perChannel, pixels, positive, unexpected } from "./config-fields.ts";
import { type Interpolation, isInterpolation } from "./interpolation.ts";
import { type ResizeRule, roundHalfEven } from "./placement.ts";
import type { Preprocessing } from "./preprocessing.ts";
import { IMAGENET_MEAN, IMAGENET_STD, type Rgb } from "./statistics.ts";

/** The fields of timm's `pretrained_cfg` that preprocessing depends on, all optional as there. */
export interface TimmPretrainedConfig {
  /** [channels, height, width]. @default [3, 224, 224] */
  input_size?: readonly number[] | null;
  /** Stands for `input_size` in evaluation, where it is given. */
  test_input_size?: readonly number[] | null;
  /** @default 0.875 */
  crop_pct?: number | null;
  /** Stands for `crop_pct` likewise. */
  test_crop_pct?: number | null;
  /** `center`, `squash` or `border`. @default "center" */
  crop_mode?: string | null;
  /** @default "bicubic" */
  interpolation?: string | null;
  /** @default IMAGENET_MEAN */
  mean?: readonly number[] | null;
  /** @default IMAGENET_STD */
  std?: readonly number[] | null;
}

export interface TimmPreprocessingOptions {
  /** Takes `test_input_size` and `test_crop_pct` where the config has them. @default false, as timm */
  readonly useTestSize?: boolean;
}

const where = "timmPreprocessing";

/**
 * What timm does to a picture at evaluation: sides of `floor(size / crop_pct)`, then the centre.
 *
 * @throws TesseraError for a field that is not as timm writes it, or an input that is not RGB.
 * @see https://github.com/huggingface/pytorch-image-models/blob/v1.0.29/timm/data/transforms_factory.py
 */
export function timmPreprocessing(
  pretrainedCfg: TimmPretrainedConfig,
  options: TimmPreprocessingOptions = {},
): Preprocessing {
  const config: Config = { ...pretrainedCfg };
  const [height, width] = inputSize(config, options.useTestSize ?? false);
  const tested = options.useTestSize && config.test_crop_pct ? "test_crop_pct" : "crop_pct";
  const cropPct = positive(config, tested, 0.875, where);
  const scaled = { height: Math.floor(height / cropPct), width: Math.floor(width / cropPct) };
  const interpolation = config.interpolation || "bicubic";
  if (!isInterpolation(interpolation))
    throw unexpected(where, "interpolation", "one of Pillow's filters", interpolation);
  const mean = perChannel(config, "mean", IMAGENET_MEAN, where);
  const mode = config.crop_mode || "center";
  return {
    size: [height, width],
    ...resizing(mode, scaled, interpolation),
    centre: "round",
    fill: mode === "border" ? borderColour(mean) : [0, 0, 0],
    scale: 1 / 255,
    mean,
    std: perChannel(config, "std", IMAGENET_STD, where),
  };
}

function inputSize(config: Config, useTestSize: boolean): [height: number, width: number] {
  const field = useTestSize && config.test_input_size ? "test_input_size" : "input_size";
  const value = config[field] ?? [3, 224, 224];
  if (!Array.isArray(value) || value.length !== 3 || value[0] !== 3)
    throw unexpected(where, field, "[3, height, width]", value);
  return [pixels(value[1], field, where), pixels(value[2], field, where)];
}

function resizing(
  mode: unknown,
  scaled: { height: number; width: number },
  interpolation: Interpolation,
): { resize: ResizeRule; interpolation: Interpolation } {
  switch (mode) {
    case "squash":
      return { resize: { rule: "squash", ...scaled }, interpolation };
    case "border":
      return { resize: { rule: "contain", ...scaled }, interpolation };
    case "center":
      if (scaled.height === scaled.width)
        return { resize: { rule: "short-side", pixels: scaled.width }, interpolation };
      // timm does not pass its interpolation on for outputs that are not square, so they are always bilinear.
      return { resize: { rule: "cover", ...scaled }, interpolation: "bilinear" };
    default:
      throw unexpected(where, "crop_mode", "center, squash or border", mode);
  }
}

function borderColour([red, green, blue]: Rgb): Rgb {
  return [roundHalfEven(255 * red), roundHalfEven(255 * green), roundHalfEven(255 * blue)];
}
