import type { RgbImage } from "../rgb-image.ts";
import { byteTable, lookUp } from "./look-up.ts";

// Operations that look a byte up in a table: those of Pillow 12's ImageOps, equal to the bit.

/** The negative: `ImageOps.invert`. */
export function invert(image: RgbImage): RgbImage {
  return lookUp(
    image,
    byteTable((byte) => 255 - byte),
  );
}

/** The top `bits` of every byte: `ImageOps.posterize`. With 8 and more nothing changes, with 0 all is black. */
export function posterize(image: RgbImage, bits: number): RgbImage {
  const mask = bits >= 8 ? 255 : 256 - 2 ** (8 - bits);
  return lookUp(
    image,
    byteTable((byte) => byte & mask),
  );
}

/** The negative of bytes from `threshold` on: `ImageOps.solarize`. */
export function solarize(image: RgbImage, threshold: number): RgbImage {
  return lookUp(
    image,
    byteTable((byte) => (byte < threshold ? byte : 255 - byte)),
  );
}

/** Adds to bytes below 128: AutoAugment's operation, as timm has it. */
export function solarizeAdd(image: RgbImage, amount: number): RgbImage {
  return lookUp(
    image,
    byteTable((byte) => (byte < 128 ? Math.min(255, byte + amount) : byte)),
  );
}

/** Stretches each channel to 0…255: `ImageOps.autocontrast`. */
export function autoContrast(image: RgbImage): RgbImage {
  return lookUp(image, channelTables(image, stretch));
}

/** Flattens each channel's histogram: `ImageOps.equalize`. */
export function equalize(image: RgbImage): RgbImage {
  return lookUp(image, channelTables(image, flatten));
}

function stretch(counts: Uint32Array): Uint8Array {
  const low = counts.findIndex((count) => count > 0);
  const high = lastUsed(counts);
  const scale = 255 / (high - low);
  const offset = -low * scale;
  return byteTable((byte) => (high <= low ? byte : Math.min(255, Math.max(0, Math.trunc(byte * scale + offset)))));
}

function flatten(counts: Uint32Array): Uint8Array {
  const last = lastUsed(counts);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const step = Math.floor((total - counts[last]!) / 255);
  let sum = step >> 1;
  return byteTable((byte) => {
    if (step === 0) return byte;
    const value = Math.min(255, Math.floor(sum / step));
    sum += counts[byte]!;
    return value;
  });
}

function lastUsed(counts: Uint32Array): number {
  let last = 255;
  while (counts[last] === 0) last--;
  return last;
}

/** [3, 256]: a table from each channel's histogram. */
function channelTables({ data }: RgbImage, make: (counts: Uint32Array) => Uint8Array): Uint8Array {
  const counts = new Uint32Array(3 * 256);
  for (let i = 0; i < data.length; i += 3) {
    counts[data[i]!]!++;
    counts[256 + data[i + 1]!]!++;
    counts[512 + data[i + 2]!]!++;
  }
  const tables = new Uint8Array(3 * 256);
  for (let c = 0; c < 3; c++) tables.set(make(counts.subarray(c * 256, (c + 1) * 256)), c * 256);
  return tables;
}
