import type { RgbImage } from "../rgb-image.ts";

/** A picture of decoded.json. */
export interface Expected {
  readonly width: number;
  readonly height: number;
  readonly crc32: number;
  /** Base64 of [h, w, 3]. */
  readonly rgb?: string;
}

/** The largest difference in any value; an error when the sizes differ. */
export function largestDifference({ width, height, data }: RgbImage, expected: Expected): number {
  if (width !== expected.width || height !== expected.height || data.length !== width * height * 3) {
    throw new Error(`expected ${expected.width}×${expected.height}, got ${width}×${height} in ${data.length} bytes`);
  }
  const wanted = Uint8Array.from(atob(expected.rgb!), (c) => c.charCodeAt(0));
  return data.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0);
}

/** A PNG whose header claims other sides than it has, with a right checksum. */
export function withSides(png: Uint8Array, width: number, height: number, crc32: (bytes: Uint8Array) => number): Uint8Array {
  const lying = png.slice();
  const view = new DataView(lying.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  view.setUint32(29, crc32(lying.subarray(12, 29)));
  return lying;
}
