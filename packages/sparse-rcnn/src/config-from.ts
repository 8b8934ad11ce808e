import type { Checkpoint } from "@tessera/core";
import type { SparseResNet, SparseRcnnModelConfig } from "./config.ts";

const stage = "head.head_series";
const bottomUp = "backbone.bottom_up";

/** What a checkpoint in our names tells of its model: all but the heads of attention. A backbone is told if it is a ResNet. */
export function configFrom(tensors: Checkpoint["tensors"]): Partial<SparseRcnnModelConfig> {
  const rows = (path: string) => tensors.get(path)?.shape[0];
  const told = {
    classes: rows(`${stage}.0.class_logits.weight`),
    proposals: rows("init_proposal_features.weight"),
    stages: countOf(tensors, stage, "class_logits.weight") || undefined,
    width: tensors.get("init_proposal_features.weight")?.shape[1],
    mlpDim: rows(`${stage}.0.linear1.weight`),
    dynamicWidth: rows(`${stage}.0.inst_interact.norm1.weight`),
    backbone: resnetFrom(tensors),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}

function resnetFrom(tensors: Checkpoint["tensors"]): SparseResNet | undefined {
  const stemWidth = tensors.get(`${bottomUp}.conv1.weight`)?.shape[0];
  if (stemWidth === undefined) return undefined;
  const ofStages = (count: (path: string) => number) =>
    [1, 2, 3, 4].map((i) => count(`${bottomUp}.layer${i}`)) as [number, number, number, number];
  return {
    block: tensors.has(`${bottomUp}.layer1.0.conv3.weight`) ? "bottleneck" : "basic",
    depths: ofStages((path) => countOf(tensors, path, "conv1.weight")),
    widths: ofStages((path) => tensors.get(`${path}.0.conv1.weight`)?.shape[0] ?? 0),
    stemWidth,
  };
}

/** How many of `path.0`, `path.1`, … there are. */
function countOf(tensors: Checkpoint["tensors"], path: string, part: string): number {
  let count = 0;
  while (tensors.has(`${path}.${count}.${part}`)) count++;
  return count;
}
