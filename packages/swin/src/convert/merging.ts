import type { Rule } from "@tessera/core";

/** More stages than any Swin has. */
const STAGES = 8;

/** Merging as it is called by those to whom it ends a stage, or stands between two; in timm it begins the next. */
export function mergingRules(nameOf: (stage: number) => string): Rule[] {
  return Array.from({ length: STAGES }, (_, stage): Rule[] => [
    [`${nameOf(stage)}.norm.{p}`, `layers.${stage + 1}.downsample.norm.{p}`],
    [`${nameOf(stage)}.reduction.weight`, `layers.${stage + 1}.downsample.reduction.weight`],
  ]).flat();
}
