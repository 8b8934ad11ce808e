import { compactHeatmap } from "@tessera/explain";
import type { Insight } from "../worker/calls.ts";
import { type Layer, cutLayer, heatLayer, matrixLayer } from "./layers.ts";
import { focusOf, patchOf } from "./shown-map.ts";
import type { Patch, Step } from "./view.ts";

/** The patch whose numbers are shown: the one that is looked at, or one near the middle. */
export function numberedPatch(inside: Insight): Patch {
  const [rows, columns] = inside.grid;
  return patchOf(inside) ?? { row: Math.floor(rows / 2), column: Math.floor(columns / 2) };
}

/** How alike a patch's position is to all others. */
export function likeness({ positions, grid: [rows, columns] }: Insight, { row, column }: Patch): Layer | undefined {
  if (!positions) return undefined;
  const from = (row * columns + column) * rows * columns;
  return matrixLayer({ values: positions.subarray(from, from + rows * columns), rows, columns });
}

/** A step in one small picture. */
export function thumbnailOf(inside: Insight, step: Exclude<Step, "classify">): Layer | undefined {
  const { seen, grid, tokens, attention, maps } = inside;
  if (step === "cut") return cutLayer(seen, grid);
  if (step === "place") return likeness(inside, numberedPatch(inside));
  if (step === "project")
    return tokens && matrixLayer({ values: tokens.projected, rows: grid[0] * grid[1], columns: tokens.shown });
  const map = attention ? compactHeatmap(attention, { ...focusOf(inside), from: patchOf(inside) }) : maps.gradCam;
  return map && heatLayer(map, "small");
}
