import { type Config, flag, perChannel, pixels, positive, unexpected } from "./config-fields.ts";
import type { HuggingFacePreprocessorConfig } from "./hugging-face-preprocessing.ts";
import { type Size, roundHalfEven } from "./placement.ts";
import type { Preprocessing } from "./preprocessing.ts";
import { IMAGENET_MEAN, IMAGENET_STD, type Rgb } from "./statistics.ts";

/** What is done to a picture before a detector sees it: it keeps its proportion, so that each has a size of its own. Plain data. */
export interface DetectionPreprocessing {
  /** Pixels of the shorter side, unless the longer one would be too long. */
  readonly shortest: number;
  /** Most pixels of the longer side. */
  readonly longest: number;
  /**
   * How a side becomes whole: the official DETR's way, see `sizeWithin`, or to the nearest pixel as in detectron2. @default "down"
   */
  readonly rounding?: "down" | "half-up";
  /** Sides are cut to whole multiples of it: the patches of YOLOS. @default 1 */
  readonly multiple?: number;
  /** What a byte is multiplied by. */
  readonly scale: number;
  /** In units of `byte * scale`. */
  readonly mean: Rgb;
  /** In units of `byte * scale`. */
  readonly std: Rgb;
}

/** What fixes the size that a picture is brought to. */
export type DetectionSize = Pick<DetectionPreprocessing, "shortest" | "longest" | "rounding" | "multiple">;

/** Pixels of a YOLOS's patch, which its processor has as a constant. */
const YOLOS_PATCH = 16;

const where = "detectionPreprocessing";

/**
 * What DETR's image processor does, or YOLOS's, from a `preprocessor_config.json` of transformers, or without one what the official code does: the
 * shorter side 800, the longer at most 1333, ImageNet's statistics.
 *
 * @throws TesseraError for another processor, and for fields that are not as transformers writes them.
 */
export function detectionPreprocessing(
  preprocessorConfig: HuggingFacePreprocessorConfig & { max_size?: unknown } = {},
): DetectionPreprocessing {
  const config: Config = { ...preprocessorConfig };
  const type = config["image_processor_type"] ?? config["feature_extractor_type"] ?? "DetrImageProcessor";
  if (typeof type !== "string" || !/^(\w*Detr|Yolos)(ImageProcessor(Fast|Pil)?|FeatureExtractor)$/.test(type))
    throw unexpected(where, "image_processor_type", "DetrImageProcessor or YolosImageProcessor", type);
  if (!flag(config, "do_resize", true, where)) throw unexpected(where, "do_resize", "true", false);
  const rescales = flag(config, "do_rescale", true, where);
  const normalises = flag(config, "do_normalize", true, where);
  return {
    ...edges(config),
    ...(type.startsWith("Yolos") && { multiple: YOLOS_PATCH }),
    scale: rescales ? positive(config, "rescale_factor", 1 / 255, where) : 1,
    mean: normalises ? perChannel(config, "image_mean", IMAGENET_MEAN, where) : [0, 0, 0],
    std: normalises ? perChannel(config, "image_std", IMAGENET_STD, where) : [1, 1, 1],
  };
}

/** Sides in either of the ways in which transformers has written them. */
function edges(config: Config): Pick<DetectionPreprocessing, "shortest" | "longest"> {
  const size = config["size"] ?? { shortest_edge: 800, longest_edge: 1333 };
  const fields: Config =
    typeof size === "object" ? { ...size } : { shortest_edge: size, longest_edge: config["max_size"] ?? 1333 };
  return {
    shortest: pixels(fields["shortest_edge"], "size.shortest_edge", where),
    longest: pixels(fields["longest_edge"], "size.longest_edge", where),
  };
}

/**
 * The size that a picture is brought to, by DETR's own arithmetic unless `rounding` says otherwise: the shorter side `shortest` pixels, or fewer where the longer one would
 * have more than `longest`; the other side cut to a whole number. A side keeps a pixel, or a multiple of pixels where there is one, as
 * YOLOS has it. transformers does not round in between, and
 * differs by a pixel or two where the longer side is the limit.
 * @see https://github.com/facebookresearch/detr/blob/main/datasets/transforms.py
 */
export function sizeWithin({ height, width }: Size, { shortest, longest, rounding, multiple }: DetectionSize): Size {
  if (rounding === "half-up") return nearestWithin({ height, width }, { shortest, longest });
  const [short, long] = [Math.min(height, width), Math.max(height, width)];
  const isLimited = (long / short) * shortest > longest;
  const exact = isLimited ? (longest * short) / long : shortest;
  const side = Math.max(1, roundHalfEven(exact));
  const other = Math.trunc(((multiple ? exact : side) * long) / short);
  const whole = (length: number) => (multiple ? Math.max(multiple, length - (length % multiple)) : length);
  const [low, high] = [whole(side), whole(other)];
  return width < height ? { height: high, width: low } : { height: low, width: high };
}

/** detectron2's `ResizeShortestEdge`: rounded once, at the end. A side keeps a pixel. */
function nearestWithin({ height, width }: Size, { shortest, longest }: DetectionSize): Size {
  const ratio = shortest / Math.min(height, width);
  const [tall, wide] = height < width ? [shortest, ratio * width] : [ratio * height, shortest];
  const shrunk = Math.min(1, longest / Math.max(tall, wide));
  const whole = (side: number) => Math.max(1, Math.floor(side * shrunk + 0.5));
  return { height: whole(tall), width: whole(wide) };
}

/** What `preprocess` does to a picture of this size. */
export function preprocessingFor(image: Size, spec: DetectionPreprocessing): Preprocessing {
  const { height, width } = sizeWithin(image, spec);
  const { scale, mean, std } = spec;
  return {
    size: [height, width],
    resize: { rule: "squash", height, width },
    interpolation: "bilinear",
    centre: "floor",
    fill: [0, 0, 0],
    scale,
    mean,
    std,
  };
}
