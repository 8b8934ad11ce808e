import { Random } from "@tessera/core";
import type { RgbImage } from "../rgb-image.ts";

/** Mirrors left and right. */
export function mirrored({ width, height, data }: RgbImage): RgbImage {
  const out = new Uint8Array(data.length);
  for (let y = 0, o = 0; y < height; y++) {
    for (let s = ((y + 1) * width - 1) * 3; s >= y * width * 3; s -= 3, o += 3) {
      out[o] = data[s]!;
      out[o + 1] = data[s + 1]!;
      out[o + 2] = data[s + 2]!;
    }
  }
  return { width, height, data: out };
}

/** Whether an alternating flip mirrors a picture in an epoch: half of them in the first, the others in the next. */
export function alternates(seed: string, epoch: number, index: number): boolean {
  const first = new Random(seed).fork("alternating flip").fork(index).uniform() < 0.5;
  return first !== (epoch % 2 === 1);
}
