import type {
  Activation,
  PatchEmbedConfig,
  Pool,
  PositionRule,
  Positions,
  ResizeMethod,
  TokenEmbedding,
  OptionNames,
} from "@tessera/core";

/** What fixes a ViT's parameters and arithmetic. */
export interface VitConfig {
  /** Pixels; [height, width] or a side. The native size: others are taken by resampling positions. */
  imageSize: number | readonly [number, number];
  /** Pixels; [height, width] or a side. */
  patchSize: number | readonly [number, number];
  /** Of a token. */
  width: number;
  /** Blocks. */
  depth: number;
  /** Of attention; they share the width evenly. */
  heads: number;
  /** Width inside the MLP; with `swiglu`, of its gated half. */
  mlpDim: number;
  /** 0: no head, `forward` gives the pooled features. */
  classes: number;
  /** @default 3 */
  channels?: number;
  /** @default "mlp" */
  mlp?: "mlp" | "swiglu";
  /** Activation of the MLP. Google's own checkpoints were trained with `gelu_tanh`. @default "gelu" */
  activation?: Activation;
  /** ε of every layer norm. @default 1e-6 */
  epsilon?: number;
  /** @default true */
  qkvBias?: boolean;
  /** Layer norm of queries and keys per head. @default false */
  qkNorm?: boolean;
  /** Start value of layer scale; without it there is none. */
  layerScale?: number;
  /** @default true */
  classToken?: boolean;
  /** DeiT's second token with a head of its own. @default false */
  distilled?: boolean;
  /** False keeps the distillation token without a head: transformers' DeiTForImageClassification. @default true */
  distilledHead?: boolean;
  /** Register tokens: Darcet et al. 2023. @default 0 */
  registers?: number;
  /** Positions cover class token and registers, as in the paper; DeiT III and FlexiViT give them to patches only. @default true */
  positionOnPrefix?: boolean;
  /** How attention starts: `mimetic` as trained attention looks, for small data; see `mimeticInit`. @default timm's */
  attentionStart?: "mimetic";
  /** Another position encoding: learned in 2-D, fixed, one's own. @default learned, one vector a token */
  positions?: (config: { grid: [number, number]; width: number; prefix: number; rule: PositionRule }) => Positions;
  /** Whose rule resamples positions. @default "timm" */
  positionRule?: PositionRule;
  /**
   * A start of convolutions for small pictures, each stage of which halves the grid: `pooled` is CCT's, `whitened` has batch norm
   * and filters from the training pictures. `hidden` are their channels. @default patches
   */
  stem?: { kind: "pooled" | "whitened"; hidden: readonly number[] };
  /** Another start than patches of the image, such as a stem of convolutions. @default new PatchEmbed(config) */
  patchEmbed?: (config: PatchEmbedConfig) => TokenEmbedding;
  /** How `load` resizes the kernels of another patch size; Google's FlexiViT does by `bilinear`. @default "bicubic_antialias", as timm */
  patchKernel?: ResizeMethod;
  /** A layer norm before the blocks (CLIP); the patch embedding has no bias then. @default false */
  preNorm?: boolean;
  /** `token-and-mean` is transformers' DINOv2 classifier. @default "token" */
  pool?: Pool;
  /** A layer norm after pooling in place of the one before: timm's `fc_norm`. @default pool === "mean" */
  poolNorm?: boolean;
  /** Dense and tanh before the head: original ImageNet-21k checkpoints. @default false */
  preLogits?: boolean;
  /** After positions, attention projections and MLP layers while training. @default 0 */
  dropout?: number;
  /** Share of the patches that each sample goes without while training. @default 0 */
  patchDropout?: number;
  /** Drop path of the last block. @default 0 */
  dropPath?: number;
  /** Drop path grows from 0 over the blocks, or is the same everywhere as in DeiT III. @default "linear" */
  dropPathSchedule?: "linear" | "constant";
}

/** What `createVit` takes. */
export const vitOptions: OptionNames<VitConfig> = {
  imageSize: true,
  patchSize: true,
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
  stem: true,
  patchEmbed: true,
  patchKernel: true,
  preNorm: true,
  pool: true,
  poolNorm: true,
  preLogits: true,
  dropout: true,
  patchDropout: true,
  dropPath: true,
  dropPathSchedule: true,
};
