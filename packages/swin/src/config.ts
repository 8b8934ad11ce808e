import type { Activation, RelativeRule, OptionNames } from "@tessera/core";

/** What fixes a Swin's parameters and arithmetic. Lists have one entry a stage. */
export interface SwinConfig {
  /**
   * Pixels; [height, width] or a side. The native size, which fixes the windows: any other is taken too, its maps padded to whole
   * windows.
   */
  imageSize: number | readonly [number, number];
  /** Pixels of a side. */
  patchSize: number;
  /** Of the first stage; each stage has twice that of the one before. */
  width: number;
  /** Blocks of each stage. Every second one has its windows shifted by half of their side. */
  depths: readonly number[];
  /** Of attention; they share a stage's width evenly. */
  heads: readonly number[];
  /** Side of the windows in tokens, of all stages or of each. */
  windowSize: number | readonly number[];
  /** 0: no head, `forward` gives the pooled features. */
  classes: number;
  /** 2: Liu et al. 2022, with cosine attention, positions from a small MLP, and norms after the branches. @default 1 */
  version?: 1 | 2;
  /** @default 3 */
  channels?: number;
  /** Width inside the MLP, as a multiple of the stage's. @default 4 */
  mlpRatio?: number;
  /** @default true */
  qkvBias?: boolean;
  /** Of the MLPs. @default "gelu" */
  activation?: Activation;
  /** ε of every layer norm. @default 1e-5 */
  epsilon?: number;
  /**
   * Windows keep their side and their shift where they are larger than the map. Otherwise they shrink to it, and are not shifted.
   * @default false
   */
  alwaysPartition?: boolean;
  /**
   * Whose way of padding, where a map is not made of whole windows: `timm` shifts and then pads, `huggingface` pads, also the
   * picture to whole patches, and then shifts, as detectors do. The same on maps of whole windows. @default "timm"
   */
  windowRule?: "timm" | "huggingface";
  /** How tables of relative positions for another window are resized at load; v2 has none. @default "geometric", as timm */
  tableRule?: RelativeRule;
  /** Of v2: side of the windows before fine-tuning, to which positions refer; 0 for its own. @default 0 everywhere */
  pretrainedWindows?: readonly number[];
  /** After attention projections and MLP layers while training. @default 0 */
  dropout?: number;
  /** Before the head while training. @default 0 */
  headDropout?: number;
  /** Drop path of the last block; it grows from 0 over the blocks. @default 0 */
  dropPath?: number;
}

/** What `createSwin` takes. */
export const swinOptions: OptionNames<SwinConfig> = {
  imageSize: true,
  patchSize: true,
  width: true,
  depths: true,
  heads: true,
  windowSize: true,
  classes: true,
  version: true,
  channels: true,
  mlpRatio: true,
  qkvBias: true,
  activation: true,
  epsilon: true,
  alwaysPartition: true,
  windowRule: true,
  tableRule: true,
  pretrainedWindows: true,
  dropout: true,
  headDropout: true,
  dropPath: true,
};
