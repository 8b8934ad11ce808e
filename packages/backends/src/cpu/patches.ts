import { type AttrsOf, patchGrid, type patchifyOp } from "@tessera/core";

export type Attrs = AttrsOf<typeof patchifyOp>;

/** Of images: [b, h, w, c] */
export type Size = [number, number, number, number];

/** Patches of images, as values of [b, n, c·p·p] and the pixels that they come from. */
export interface Patches {
  shape: [number, number, number];
  /** Calls `move` for each value that lies on its image, with its place and the pixel's; those around it are left out. */
  each(move: (value: number, pixel: number) => void): void;
}

export function patches([b, h, w, c]: Size, attrs: Attrs): Patches {
  const { patchSize, stride, padding } = attrs;
  const [rows, columns] = patchSize;
  const [down, across] = patchGrid([h, w], attrs);
  const width = c * rows * columns;
  const eachOfPatch = (
    start: number,
    image: number,
    top: number,
    left: number,
    move: (value: number, pixel: number) => void,
  ) => {
    const [first, end] = [Math.max(0, -left), Math.min(columns, w - left)];
    for (let channel = 0; channel < c; channel++) {
      for (let row = Math.max(0, -top); row < Math.min(rows, h - top); row++) {
        const value = start + (channel * rows + row) * columns;
        const pixel = image + ((top + row) * w + left) * c + channel;
        for (let column = first; column < end; column++) move(value + column, pixel + column * c);
      }
    }
  };
  return {
    shape: [b, down * across, width],
    each(move) {
      for (let n = 0; n < b * down * across; n++) {
        const [image, row, column] = [Math.floor(n / (down * across)), Math.floor(n / across) % down, n % across];
        eachOfPatch(n * width, image * h * w * c, row * stride[0] - padding[0], column * stride[1] - padding[1], move);
      }
    },
  };
}
