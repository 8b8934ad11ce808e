import type { RgbImage } from "../rgb-image.ts";

/** [256]: what becomes of each byte; a fraction is cut off. */
export function byteTable(value: (byte: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => value(byte));
}

/** A picture with every byte replaced. @param tables [256] for all channels, or [3, 256]. */
export function lookUp({ width, height, data }: RgbImage, tables: Uint8Array): RgbImage {
  const step = tables.length === 256 ? 0 : 256;
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    out[i] = tables[data[i]!]!;
    out[i + 1] = tables[step + data[i + 1]!]!;
    out[i + 2] = tables[2 * step + data[i + 2]!]!;
  }
  return { width, height, data: out };
}
