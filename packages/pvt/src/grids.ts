import { ShapeError, convolutionGrid } from "@tessera/core";
import { type PvtConfig, type Stages, stages } from "./config.ts";

/** Pixels, steps and padding of the convolution that a stage begins with. */
export interface EmbedWindow {
  size: number;
  stride: number;
  padding: number;
}

/** Patches side by side in version 1; in version 2 they overlap by about half. */
export function embedWindow(version: 1 | 2, stage: number): EmbedWindow {
  const stride = stage === 0 ? 4 : 2;
  if (version === 1) return { size: stride, stride, padding: 0 };
  return { size: 2 * stride - 1, stride, padding: stride - 1 };
}

/**
 * [rows, columns] of each stage's map on an image of [height, width]. What does not fill a patch is left out in version 1.
 * @throws {ShapeError} if a stage has no place, or fewer than its attention reduces to one.
 */
export function gridsOf(config: PvtConfig, image: readonly [number, number], where = "Pvt"): Stages<[number, number]> {
  const { version, reductions, linear = false } = config;
  let grid = image;
  return stages((stage) => {
    const { size, ...steps } = embedWindow(version, stage);
    const next = convolutionGrid(grid, [size, size], steps);
    const least = linear ? 1 : reductions[stage];
    if (next.some((count) => count < least)) {
      throw new ShapeError(
        `${where}: expected an image whose stage ${stage + 1} has at least ${least}×${least} places, got ${image.join("×")} with ${next.map((count) => Math.max(count, 0)).join("×")}; take a larger one`,
      );
    }
    grid = next;
    return next;
  });
}
