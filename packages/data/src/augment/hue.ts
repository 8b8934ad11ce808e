import type { RgbImage } from "../rgb-image.ts";

/**
 * Turns hues by a share of the circle, −0.5 to 0.5: torchvision's `adjust_hue` on Pillow 12, equal to the bit. Hue and
 * saturation go through bytes, so that a turn of 0 changes pixels too.
 *
 * @see https://github.com/python-pillow/Pillow/blob/12.3.0/src/libImaging/Convert.c
 */
export function turnHue({ width, height, data }: RgbImage, factor: number): RgbImage {
  const turn = Math.trunc(factor * 255);
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const [r, g, b] = [data[i]!, data[i + 1]!, data[i + 2]!];
    const value = Math.max(r, g, b);
    const spread = value - Math.min(r, g, b);
    if (spread === 0) out[i] = out[i + 1] = out[i + 2] = value;
    else {
      const saturation = Math.trunc(Math.fround(spread / value) * 255);
      put(out, i, (hue(r, g, b, value, spread) + turn) & 255, saturation, value);
    }
  }
  return { width, height, data: out };
}

/** 0 to 255, cut to a whole number; in float32 where Pillow computes so. */
function hue(r: number, g: number, b: number, value: number, spread: number): number {
  const { fround, trunc } = Math;
  const [rc, gc, bc] = [fround((value - r) / spread), fround((value - g) / spread), fround((value - b) / spread)];
  const sixths = fround(r === value ? bc - gc : g === value ? 2 + rc - bc : 4 + gc - rc);
  return trunc(fround((sixths / 6 + 1) % 1) * 255);
}

function put(out: Uint8Array, i: number, h: number, s: number, v: number): void {
  const { fround } = Math;
  const sector = Math.floor((h * 6) / 255);
  const rest = fround((h * 6) / 255 - sector);
  const share = fround(s / 255);
  const p = Math.round(v * (1 - share));
  const q = Math.round(v * (1 - fround(share * rest)));
  const t = Math.round(v * (1 - share * (1 - rest)));
  const [r, g, b] = sectors(sector % 6, v, p, q, t);
  out[i] = r;
  out[i + 1] = g;
  out[i + 2] = b;
}

function sectors(sector: number, v: number, p: number, q: number, t: number): [number, number, number] {
  if (sector === 0) return [v, t, p];
  if (sector === 1) return [q, v, p];
  if (sector === 2) return [p, v, t];
  if (sector === 3) return [p, q, v];
  return sector === 4 ? [t, p, v] : [v, p, q];
}
