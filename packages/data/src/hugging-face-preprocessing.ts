import { TesseraError } from "@tessera/core";
import { type Config, flag, perChannel, pixels, positive, unexpected } from "./config-fields.ts";
import type { Interpolation } from "./interpolation.ts";
import type { ResizeRule, Size } from "./placement.ts";
import type { Preprocessing } from "./preprocessing.ts";
import { CLIP_MEAN, CLIP_STD, HALF_MEAN, HALF_STD, IMAGENET_MEAN, IMAGENET_STD, type Rgb } from "./statistics.ts";

/** A `preprocessor_config.json` of transformers, parsed. Fields that are absent take the processor class's defaults. */
export interface HuggingFacePreprocessorConfig {
  /** Class of the processor, which decides what is missing here. */
  image_processor_type?: string;
  /** The older name of `image_processor_type`. */
  feature_extractor_type?: string;
  /** @default true */
  do_resize?: boolean;
  /** A side, or `{ height, width }`, or `{ shortest_edge }`. */
  size?: unknown;
  /** Pillow's number of the filter: 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic, 4 box, 5 Hamming. */
  resample?: number;
  /** Cuts `crop_size` out of the middle. */
  do_center_crop?: boolean;
  /** As `size`. */
  crop_size?: unknown;
  /** Multiplies by `rescale_factor`. @default true */
  do_rescale?: boolean;
  /** @default 1 / 255 */
  rescale_factor?: number;
  /** Takes `image_mean` off and divides by `image_std`. @default true */
  do_normalize?: boolean;
  /** Of each channel, or of all. */
  image_mean?: readonly number[] | number;
  /** Of each channel, or of all. */
  image_std?: readonly number[] | number;
}

interface Defaults {
  readonly size: Size | { readonly shortest_edge: number };
  readonly interpolation: Interpolation;
  readonly crop: boolean;
  /** Whether a `size` that is one number means a square or the shorter side. */
  readonly square: boolean;
  readonly mean: Rgb;
  readonly std: Rgb;
}

const square = (side: number): Size => ({ height: side, width: side });
const base = { crop: false, square: true, size: square(224), mean: HALF_MEAN, std: HALF_STD } as const;
const clip = { crop: true, square: false, size: { shortest_edge: 224 }, mean: CLIP_MEAN, std: CLIP_STD } as const;

/** Class defaults of transformers 5.18. Classes that are not here do something else to a picture as well. */
const processors: Readonly<Record<string, Defaults>> = {
  ViTImageProcessor: { ...base, interpolation: "bilinear" },
  DeiTImageProcessor: { ...base, interpolation: "bicubic", size: square(256), crop: true },
  BeitImageProcessor: { ...base, interpolation: "bicubic" },
  SiglipImageProcessor: { ...base, interpolation: "bicubic", square: false },
  PvtImageProcessor: { ...base, interpolation: "bicubic", mean: IMAGENET_MEAN, std: IMAGENET_STD },
  BitImageProcessor: { ...clip, interpolation: "bicubic" },
  CLIPImageProcessor: { ...clip, interpolation: "bicubic" },
};

/** `PIL.Image.Resampling`, by its numbers. */
const resampling: readonly Interpolation[] = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"];

const where = "huggingFacePreprocessing";

/**
 * What transformers' image processors do to a PIL picture, in their PIL form; their torchvision form, the default since
 * transformers 5, resizes tensors and may differ by one level in 255.
 *
 * @throws TesseraError for a processor that does more than resize, crop and normalise, for a configuration whose result
 *   has no fixed size, and for fields that are not as transformers writes them.
 * @see https://github.com/huggingface/transformers/blob/v5.18.0/src/transformers/image_processing_backends.py
 */
export function huggingFacePreprocessing(preprocessorConfig: HuggingFacePreprocessorConfig): Preprocessing {
  const config: Config = { ...preprocessorConfig };
  const defaults = processorDefaults(config);
  const resize: ResizeRule = flag(config, "do_resize", true, where)
    ? resizeRule(config.size ?? defaults.size, defaults.square)
    : { rule: "none" };
  const rescales = flag(config, "do_rescale", true, where);
  const normalises = flag(config, "do_normalize", true, where);
  return {
    size: outputSize(config, resize, defaults),
    resize,
    interpolation: interpolation(config, defaults),
    centre: "floor",
    fill: [0, 0, 0],
    scale: rescales ? positive(config, "rescale_factor", 1 / 255, where) : 1,
    mean: normalises ? perChannel(config, "image_mean", defaults.mean, where) : [0, 0, 0],
    std: normalises ? perChannel(config, "image_std", defaults.std, where) : [1, 1, 1],
  };
}

function processorDefaults(config: Config): Defaults {
  const type = config.image_processor_type ?? config.feature_extractor_type ?? "ViTImageProcessor";
  const name = (typeof type === "string" ? type : "").replace(
    /(FeatureExtractor|ImageProcessor(Fast|Pil)?)$/,
    "ImageProcessor",
  );
  const defaults = Object.hasOwn(processors, name) ? processors[name] : undefined;
  if (!defaults) throw unexpected(where, "image_processor_type", `one of ${Object.keys(processors).join(", ")}`, type);
  return defaults;
}

function resizeRule(size: unknown, isSquare: boolean): ResizeRule {
  if (typeof size === "number") {
    const side = pixels(size, "size", where);
    return isSquare ? { rule: "squash", ...square(side) } : { rule: "short-side", pixels: side };
  }
  const fields = sizeFields(size, "size");
  if (fields.shortest_edge && !fields.longest_edge) {
    return { rule: "short-side", pixels: pixels(fields.shortest_edge, "size.shortest_edge", where) };
  }
  return { rule: "squash", ...heightAndWidth(fields, "size") };
}

function outputSize(config: Config, resize: ResizeRule, defaults: Defaults): [height: number, width: number] {
  if (flag(config, "do_center_crop", defaults.crop, where)) {
    const size = config.crop_size ?? square(224);
    const crop = typeof size === "number" ? square(size) : sizeFields(size, "crop_size");
    const { height, width } = heightAndWidth(crop, "crop_size");
    return [height, width];
  }
  if (resize.rule === "squash") return [resize.height, resize.width];
  throw new TesseraError(
    `${where}: expected a centre crop or a size with height and width, got pictures of any size; set do_center_crop and crop_size`,
  );
}

function interpolation(config: Config, defaults: Defaults): Interpolation {
  const code = config.resample ?? resampling.indexOf(defaults.interpolation);
  const name = typeof code === "number" ? resampling[code] : undefined;
  if (name === undefined) throw unexpected(where, "resample", "a number from 0 to 5", code);
  return name;
}

function sizeFields(size: unknown, field: string): Config {
  if (Array.isArray(size) && size.length === 2) return { height: size[0], width: size[1] };
  if (typeof size !== "object" || size === null)
    throw unexpected(where, field, "a number, [height, width] or an object", size);
  return { ...size };
}

function heightAndWidth(fields: { height?: unknown; width?: unknown }, field: string): Size {
  if (fields.height === undefined || fields.width === undefined) {
    throw unexpected(where, field, "given by height and width or by shortest_edge", fields);
  }
  return {
    height: pixels(fields.height, `${field}.height`, where),
    width: pixels(fields.width, `${field}.width`, where),
  };
}
