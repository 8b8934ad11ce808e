import type { Activation, PositionRule, Positions, OptionNames } from "@tessera/core";

/** What fixes a TNT's parameters and arithmetic. Patches are the paper's visual sentences, words the pieces of a patch. */
export interface TntConfig {
  /** Pixels; [height, width] or a side. The native size: others are taken by resampling outer positions. */
  imageSize: number | readonly [number, number];
  /** Pixels; [height, width] or a side. */
  patchSize: number | readonly [number, number];
  /** Pixels from one word to the next: timm's `first_stride`. @default 4 */
  innerPatchSize?: number | readonly [number, number];
  /** Width of a patch's token. */
  width: number;
  /** Width of a word. */
  innerWidth: number;
  /** Blocks. */
  depth: number;
  /** Of attention among patches. */
  heads: number;
  /** Of attention among the words of a patch. */
  innerHeads: number;
  /** Width inside the MLP of patches. */
  mlpDim: number;
  /** @default 4 · innerWidth */
  innerMlpDim?: number;
  /** 0: no head, `forward` gives the pooled features. */
  classes: number;
  /** @default 3 */
  channels?: number;
  /** Activation of both MLPs. @default "gelu" */
  activation?: Activation;
  /** ε of every layer norm. @default 1e-5 */
  epsilon?: number;
  /** @default false */
  qkvBias?: boolean;
  /**
   * timm's first form: words are taken from the whole image rather than from each patch by itself, and a block normalises
   * each word before joining a patch's words, with a bias and without a norm after it. @default false
   */
  legacy?: boolean;
  /** Positions of words in their patch, the same in all patches. @default true */
  innerPositions?: boolean;
  /** Positions of patches in the image: none, learned, or one's own. @default true, learned */
  outerPositions?: boolean | ((config: OuterPositionsConfig) => Positions);
  /** Whose rule resamples outer positions. @default "timm" */
  positionRule?: PositionRule;
  /** @default "token" */
  pool?: "token" | "mean";
  /** After positions, attention projections and MLP layers while training. @default 0 */
  dropout?: number;
  /** Drop path of the last block, growing from 0 over the blocks; an inner branch drops for single patches. @default 0 */
  dropPath?: number;
}

/** What an outer position encoding of one's own is made for. */
export interface OuterPositionsConfig {
  /** Patches: rows and columns. */
  grid: [number, number];
  /** Of a token. */
  width: number;
  /** Tokens before the patches: the class token. */
  prefix: number;
  /** Whose rule resamples them. */
  rule: PositionRule;
}

/** What `createTnt` takes. */
export const tntOptions: OptionNames<TntConfig> = {
  imageSize: true,
  patchSize: true,
  innerPatchSize: true,
  width: true,
  innerWidth: true,
  depth: true,
  heads: true,
  innerHeads: true,
  mlpDim: true,
  innerMlpDim: true,
  classes: true,
  channels: true,
  activation: true,
  epsilon: true,
  qkvBias: true,
  legacy: true,
  innerPositions: true,
  outerPositions: true,
  positionRule: true,
  pool: true,
  dropout: true,
  dropPath: true,
};
