import { TesseraError } from "@tessera/core";
import type { TokenLayout } from "../explained.ts";
import type { Heatmap } from "../heatmap.ts";

/**
 * What a map [n, n] says of the patches: the row of a token, or the mean of the patches' rows, without what stands before the patches.
 * @param from @default the first token before the patches, or the patches where there is none
 */
export function ofPatches(
  map: Float64Array,
  { prefix, grid: [rows, columns] }: TokenLayout,
  from: number | "patches" = prefix > 0 ? 0 : "patches",
): Heatmap {
  const patches = rows * columns;
  const n = prefix + patches;
  if (from !== "patches" && !(Number.isInteger(from) && from >= 0 && from < prefix)) {
    throw new TesseraError(
      `explain: expected a token before the patches, from 0 to ${prefix - 1}, got ${from}; "patches" takes the mean over all of them`,
    );
  }
  const sources = from === "patches" ? Array.from({ length: patches }, (_, i) => prefix + i) : [from];
  const values = new Float32Array(patches);
  for (const source of sources)
    for (let j = 0; j < patches; j++) values[j]! += map[source * n + prefix + j]! / sources.length;
  return { values, rows, columns };
}
