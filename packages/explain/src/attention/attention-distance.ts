import type { AttentionMaps } from "./attention-maps.ts";

/** How far a head looks. */
export interface HeadDistance {
  /** Of the block, from 0. */
  block: number;
  head: number;
  /** Mean distance in pixels from a patch to those that it takes from, weighted by how much it takes. */
  pixels: number;
}

/**
 * Mean attention distance of every head, over the patches and pictures: Dosovitskiy et al. 2021, figures 7 and 11. Tokens before the
 * patches are left out, and what a patch gives the others is brought to a sum of one.
 *
 * @param pixels From one patch to the next: [down, across] or both.
 */
export function attentionDistance(maps: AttentionMaps, pixels: number | readonly [number, number]): HeadDistance[] {
  const [down, across] = typeof pixels === "number" ? [pixels, pixels] : pixels;
  const { tokens, prefix, images, grid: [rows, columns] } = maps; // prettier-ignore
  const patches = rows * columns;
  const between = Float64Array.from({ length: patches * patches }, (_, pair) => {
    const [i, j] = [Math.floor(pair / patches), pair % patches];
    const rise = (Math.floor(i / columns) - Math.floor(j / columns)) * down;
    return Math.hypot(rise, ((i % columns) - (j % columns)) * across);
  });
  return maps.blocks.flatMap(({ heads, values }, block) =>
    Array.from({ length: heads }, (_, head) => {
      let total = 0;
      for (let image = 0; image < images; image++) {
        for (let i = 0; i < patches; i++) {
          const from = ((image * heads + head) * tokens + prefix + i) * tokens + prefix;
          let [sum, far] = [0, 0];
          for (let j = 0; j < patches; j++) {
            sum += values[from + j]!;
            far += values[from + j]! * between[i * patches + j]!;
          }
          total += sum > 0 ? far / sum : 0;
        }
      }
      return { block, head, pixels: total / (images * patches) };
    }),
  );
}
