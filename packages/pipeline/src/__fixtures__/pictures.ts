import type { RgbImage } from "@tessera/data";

const names = ["airplane", "frog", "ship", "truck"] as const;

/** Pictures of the repository's own, drawn by `examples/draw-images.mjs`, by what they show. */
export const pictures = names.map((label) => ({ label, file: `${label}.jpg` as const, url: picture(`${label}.jpg`) }));

function picture(file: string): URL {
  return new URL(`../../../../examples/images/${file}`, import.meta.url);
}

/** A picture of one colour, which needs no decoding. */
export function plain(red: number, green: number, blue: number, [width, height] = [4, 3]): RgbImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => [red, green, blue][i % 3]!);
  return { width, height, data };
}
