import type { Random } from "@tessera/core";
import { randomInteger } from "./draws.ts";
import type { RgbImage } from "../rgb-image.ts";
import type { Rgb } from "../statistics.ts";

/** A crop of the picture's own size after padding it: torchvision's `RandomCrop(size, padding)`. */
export interface PaddedCrop {
  readonly kind: "padded";
  /** Pixels on every side. */
  readonly padding: number;
  /** `reflect` mirrors at the border's pixel, which is not repeated; `edge` repeats it. @default "constant" */
  readonly mode?: "constant" | "reflect" | "edge";
  /** Bytes of `constant` padding. @default [0, 0, 0] */
  readonly fill?: Rgb;
}

/** The picture moved by up to `padding` pixels each way, all places alike likely. */
export function paddedCrop(image: RgbImage, crop: PaddedCrop, random: Random): RgbImage {
  const { padding } = crop;
  const top = randomInteger(random, 0, 2 * padding) - padding;
  const left = randomInteger(random, 0, 2 * padding) - padding;
  return moved(image, crop, top, left);
}

/** The window of the picture's size whose upper left corner is at (`top`, `left`), padded where it leaves the picture. */
function moved({ width, height, data }: RgbImage, crop: PaddedCrop, top: number, left: number): RgbImage {
  const { mode = "constant", fill = [0, 0, 0] } = crop;
  const columns = sources(width, left, mode);
  const rows = sources(height, top, mode);
  const out = new Uint8Array(data.length);
  for (let y = 0, o = 0; y < height; y++) {
    const row = rows[y]!;
    for (let x = 0; x < width; x++, o += 3) {
      const column = columns[x]!;
      const s = (row * width + column) * 3;
      const outside = row < 0 || column < 0;
      out[o] = outside ? fill[0] : data[s]!;
      out[o + 1] = outside ? fill[1] : data[s + 1]!;
      out[o + 2] = outside ? fill[2] : data[s + 2]!;
    }
  }
  return { width, height, data: out };
}

/** Where each pixel along an axis comes from; −1 from nowhere. */
function sources(size: number, start: number, mode: NonNullable<PaddedCrop["mode"]>): Int32Array {
  return Int32Array.from({ length: size }, (_, i) => {
    const at = start + i;
    if (at >= 0 && at < size) return at;
    if (mode === "constant") return -1;
    if (mode === "edge" || size === 1) return at < 0 ? 0 : size - 1;
    const period = 2 * (size - 1);
    const around = ((at % period) + period) % period;
    return around < size ? around : period - around;
  });
}
