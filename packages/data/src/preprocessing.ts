import type { Interpolation } from "./interpolation.ts";
import type { CentreRule, ResizeRule } from "./placement.ts";
import type { Rgb } from "./statistics.ts";

/**
 * What is done to a picture before a model sees it: resize, centre crop (padding where the picture is smaller), then
 * `(byte * scale - mean) / std` for each channel. Plain data: it can be stored and sent as JSON.
 */
export interface Preprocessing {
  /** Pixels of the result. */
  readonly size: readonly [height: number, width: number];
  readonly resize: ResizeRule;
  readonly interpolation: Interpolation;
  readonly centre: CentreRule;
  /** Bytes of the padding. */
  readonly fill: Rgb;
  /** What a byte is multiplied by: 1 / 255 brings it to 0…1. */
  readonly scale: number;
  /** In units of `byte * scale`. */
  readonly mean: Rgb;
  /** In units of `byte * scale`. */
  readonly std: Rgb;
}
