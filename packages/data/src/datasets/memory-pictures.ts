import type { RgbImage } from "../rgb-image.ts";
import type { Dataset } from "./dataset.ts";
import type { Labels } from "./labels.ts";
import { checkIndex } from "./stored-pictures.ts";

/** Pictures of one size, one after the other. */
export interface PackedPictures {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** `grey` [h, w], `rgb` [h, w, 3], `planes` [3, h, w]. */
  readonly layout: "grey" | "rgb" | "planes";
}

/** A data set of pictures that lie in memory, each unpacked when it is asked for. */
export function memoryPictures(name: string, packed: PackedPictures, { classes, labels }: Labels): Dataset {
  const { length } = labels;
  const locate = (index: number) => unpack(packed, checkIndex(index, length));
  return {
    classes,
    length,
    labelOf: (index) => labels[checkIndex(index, length)]!,
    nameOf: (index) => `${name}#${checkIndex(index, length)}`,
    read: async (index) => locate(index),
    locate,
  };
}

function unpack({ data, width, height, layout }: PackedPictures, index: number): RgbImage {
  const pixels = width * height;
  const rgb = new Uint8Array(pixels * 3);
  if (layout === "grey") {
    for (let i = 0, s = index * pixels, o = 0; i < pixels; i++, s++, o += 3) {
      rgb[o] = rgb[o + 1] = rgb[o + 2] = data[s]!;
    }
  } else if (layout === "rgb") {
    rgb.set(data.subarray(index * rgb.length, (index + 1) * rgb.length));
  } else {
    for (let i = 0, s = index * rgb.length, o = 0; i < pixels; i++, s++, o += 3) {
      rgb[o] = data[s]!;
      rgb[o + 1] = data[s + pixels]!;
      rgb[o + 2] = data[s + 2 * pixels]!;
    }
  }
  return { width, height, data: rgb };
}
