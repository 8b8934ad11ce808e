import type { RgbImage } from "../rgb-image.ts";

/** `noise` of make_fixtures.py. */
export function noise(width: number, height: number): RgbImage {
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => Math.imul(i, 2654435761) >>> 24) };
}

/** One colour. */
export function flat(width: number, height: number, colour: readonly number[]): RgbImage {
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => colour[i % 3]!) };
}

/** Centre, radius and colour; the one on top first. */
const discs = [
  [290, 30, 15, [0, 0, 0]],
  [160, 200, 25, [255, 255, 255]],
  [220, 150, 60, [20, 60, 240]],
  [80, 70, 40, [250, 40, 30]],
] as const;

/** The 320×240 picture of gradients, discs, stripes and noise behind preprocess_synthetic: `synthetic_picture` there. */
export function syntheticPicture(): RgbImage {
  const [width, height] = [320, 240];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const disc = discs.find(([cx, cy, r]) => (x - cx) ** 2 + (y - cy) ** 2 < r * r);
      let colour: readonly number[] = disc?.[3] ?? [(x * 255) / 319, (y * 255) / 239, 127.5 + 127.5 * Math.sin(x / 3) * Math.sin(y / 5)];
      if (y >= 100 && y < 120 && x >= 20 && x < 140) colour = x % 2 === 0 ? [0, 0, 0] : [255, 255, 255];
      for (let c = 0; c < 3; c++) {
        const i = (y * width + x) * 3 + c;
        const speckle = Math.imul(i, 2654435761) >>> 27;
        data[i] = Math.trunc(Math.min(255, Math.max(0, colour[c]! + speckle - 16)));
      }
    }
  }
  return { width, height, data };
}
