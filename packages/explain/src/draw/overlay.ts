import { TesseraError } from "@tessera/core";
import type { Heatmap } from "../heatmap.ts";
import { type ColourMap, opposing, turbo } from "./colour-maps.ts";
import { sampled } from "./sampled.ts";
import { scaled } from "./scaled.ts";

/** A picture: red, green and blue of each pixel, row by row. */
export interface Picture {
  width: number;
  height: number;
  /** [height · width · 3] */
  data: Uint8Array | Uint8ClampedArray;
}

/** Where on a picture a map lies, in pixels; it may reach beyond the picture. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface OverlayOptions {
  /** What of the picture the model has seen. @default all of it */
  frame?: Frame;
  /** True where values speak for something above 0 and against it below: blue and orange instead of one scale. @default false */
  signed?: boolean;
  /** Colours of values from 0 to 1. @default turbo, or blue and orange where they are signed */
  colours?: ColourMap;
  /** How much a map's colours cover where it is largest, from 0 to 1. @default 0.65 */
  opacity?: number;
}

/** How far a picture's own colours fade to grey, so that they are not taken for the map's. */
const FADED = 0.6;
/** Brightness of what the model has not seen. */
const UNSEEN = 0.3;

/**
 * A map as colours over a picture, which stays visible below; what the model has not seen is dark.
 * @throws {TesseraError} if the picture's bytes are not its size's.
 */
export function overlay(picture: Picture, map: Heatmap, options: OverlayOptions = {}): Picture {
  const { width, height, data } = picture;
  if (data.length !== width * height * 3)
    throw new TesseraError(`overlay: expected ${width * height * 3} bytes of a picture, got ${data.length}`);
  const { frame = { left: 0, top: 0, width, height }, signed = false, opacity = 0.65 } = options;
  const colours = options.colours ?? (signed ? opposing : turbo);
  const shown = scaled(map, signed);
  const drawn = new Uint8ClampedArray(data.length);
  for (let y = 0; y < height; y++) {
    const down = (y + 0.5 - frame.top) / frame.height;
    for (let x = 0; x < width; x++) {
      const across = (x + 0.5 - frame.left) / frame.width;
      const at = (y * width + x) * 3;
      const isSeen = down >= 0 && down <= 1 && across >= 0 && across <= 1;
      const value = isSeen ? Math.min(1, Math.max(0, sampled(shown, down, across))) : 0;
      const cover = isSeen ? opacity * covering(value, signed) : 0;
      const colour = colours(value);
      const grey = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
      for (let c = 0; c < 3; c++) {
        const faded = data[at + c]! + FADED * (grey - data[at + c]!);
        drawn[at + c] = isSeen ? (1 - cover) * faded + cover * colour[c]! : UNSEEN * faded;
      }
    }
  }
  return { width, height, data: drawn };
}

/** How much of the picture a value covers, as a share of the largest: what says nothing of the answer shows the picture. */
function covering(value: number, signed: boolean): number {
  return signed ? Math.min(1, 1.4 * Math.abs(2 * value - 1)) : 0.5 + 0.5 * value;
}
