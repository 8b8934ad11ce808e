import { pair } from "../shape.ts";

/** A place in a model where its features can be taken, as timm's `feature_info` lists it. */
export interface FeatureInfo {
  channels: number;
  /** Pixels of the image from one place of the map to the next. */
  reduction: number;
  /** Of the module that gives them, as `capture` takes it. */
  path: string;
}

/** Of a model whose blocks all have the same width and grid: each of them, as timm numbers them. */
export function blockFeatures(
  depth: number,
  channels: number,
  patchSize: number | readonly [number, number],
): FeatureInfo[] {
  const reduction = Math.max(...pair(patchSize));
  return Array.from({ length: depth }, (_, block) => ({ channels, reduction, path: `blocks.${block}` }));
}
