import type { RgbImage } from "./rgb-image.ts";

/**
 * A picture turned and mirrored as EXIF's orientation asks: 1 is upright, 2 to 4 keep the sides, 5 to 8 exchange them.
 * Anything else is taken as 1.
 */
export function turn(image: RgbImage, orientation: number): RgbImage {
  if (!(orientation >= 2 && orientation <= 8)) return image;
  const { width: w, height: h, data: source } = image;
  const exchanged = orientation >= 5;
  const [width, height] = exchanged ? [h, w] : [w, h];
  const data = new Uint8Array(source.length);
  let o = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [column, row] = exchanged ? [y, x] : [x, y];
      if ([2, 3, 7, 8].includes(orientation)) column = w - 1 - column;
      if ([3, 4, 6, 7].includes(orientation)) row = h - 1 - row;
      const s = (row * w + column) * 3;
      data[o++] = source[s]!;
      data[o++] = source[s + 1]!;
      data[o++] = source[s + 2]!;
    }
  }
  return { width, height, data };
}
