import { pair } from "@tessera/core";
import type { SwinConfig } from "./config.ts";

/** Rows, then columns. */
type Pair = readonly [number, number];

/** The windows of a block. */
export interface BlockWindows {
  window: Pair;
  /** [0, 0] where they are not shifted. */
  shift: Pair;
  padFirst: boolean;
}

/**
 * Windows of a stage's blocks, whose native map decides: where windows are at least as large as the map, they shrink to it and
 * are not shifted, along each axis in timm, in both together in transformers, whose windows are square.
 */
export function windowsOf(config: SwinConfig, stage: number): { plain: BlockWindows; shifted: BlockWindows } {
  const { windowSize, alwaysPartition = false, windowRule = "timm" } = config;
  const side = typeof windowSize === "number" ? windowSize : windowSize[stage]!;
  const padFirst = windowRule === "huggingface";
  // timm rounds down here, although merging rounds up.
  const map = pair(config.imageSize).map((pixels) => Math.floor(patches(pixels, config) / 2 ** stage));
  const least = Math.min(...map);
  const limits = alwaysPartition ? [Infinity, Infinity] : padFirst ? [least, least] : map;
  const along = (axis: 0 | 1) => ({
    window: Math.max(1, Math.min(side, limits[axis]!)),
    shift: limits[axis]! <= side ? 0 : Math.floor(side / 2),
  });
  const [rows, columns] = [along(0), along(1)];
  const window = [rows.window, columns.window] as const;
  return {
    plain: { window, shift: [0, 0], padFirst },
    shifted: { window, shift: [rows.shift, columns.shift], padFirst },
  };
}

/** True if both rules cut the native maps alike, so that it does not matter which a model has. */
export function isAlikeUnderBothRules(config: SwinConfig): boolean {
  const { patchSize, depths } = config;
  let map = pair(config.imageSize).map((pixels) => pixels / patchSize);
  return depths.every((_, stage) => {
    const [timm, huggingface] = (["timm", "huggingface"] as const).map((windowRule) =>
      windowsOf({ ...config, windowRule }, stage),
    );
    const { window, shift } = timm!.shifted;
    const other = huggingface!.shifted;
    const isWhole = map.every((size, axis) => size % (window[axis] ?? 1) === 0);
    map = map.map((size) => Math.ceil(size / 2));
    return isWhole && String([window, shift]) === String([other.window, other.shift]);
  });
}

/** Patches along an axis. */
function patches(pixels: number, { patchSize, windowRule }: SwinConfig): number {
  return windowRule === "huggingface" ? Math.ceil(pixels / patchSize) : pixels / patchSize;
}
