import type { OptionNames } from "@tessera/core";
import type { StandardizedConfig } from "@tessera/resnet";
import type { VitConfig } from "@tessera/vit";

/** What fixes a hybrid's parameters and arithmetic: a ViT, and the network of convolutions whose map it sees. */
export interface HybridConfig extends Omit<VitConfig, "patchEmbed" | "patchKernel" | "stem" | "preNorm"> {
  /** Places of the map that become one token; 1 takes each by itself. */
  patchSize: number;
  /** Blocks and channels of the convolutions; without stages the root alone. */
  backbone: Pick<StandardizedConfig, "depths" | "widths" | "stem" | "groups">;
  /**
   * Whose arithmetic: timm's group norms have ε 1e-5 and its weights are divided by √(σ² + 1e-8); Google's have 1e-6 and σ + 1e-5.
   * @default "timm"
   */
  arithmetic?: "timm" | "google";
}

/** What `createHybrid` takes. */
export const hybridOptions: OptionNames<HybridConfig> = {
  imageSize: true,
  width: true,
  depth: true,
  heads: true,
  mlpDim: true,
  classes: true,
  channels: true,
  mlp: true,
  activation: true,
  epsilon: true,
  qkvBias: true,
  qkNorm: true,
  layerScale: true,
  classToken: true,
  distilled: true,
  distilledHead: true,
  registers: true,
  positionOnPrefix: true,
  attentionStart: true,
  positions: true,
  positionRule: true,
  pool: true,
  poolNorm: true,
  preLogits: true,
  dropout: true,
  patchDropout: true,
  dropPath: true,
  dropPathSchedule: true,
  patchSize: true,
  backbone: true,
  arithmetic: true,
};
