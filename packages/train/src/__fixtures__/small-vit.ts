import { type Tensor2D, type Tensor4D, add, tidy } from "@tensorflow/tfjs-core";
import {
  Attention,
  type Context,
  EncoderBlock,
  LayerNorm,
  LearnedPositions,
  Linear,
  Mlp,
  Module,
  Param,
  PatchEmbed,
  meanPool,
  prependTokens,
  repeat,
  tokenAt,
  within,
  zeros,
} from "@tessera/core";

export interface SmallVitConfig {
  imageSize: number;
  patchSize: number;
  width: number;
  depth: number;
  heads: number;
  classes: number;
  pool?: "token" | "mean";
  qkvBias?: boolean;
  layerScale?: number;
  registers?: number;
  distilled?: boolean;
}

/** A ViT of core's parts with timm's paths: what a model has that these tests are about. */
export class SmallVit extends Module {
  override readonly headPaths = ["head", "head_dist"];
  readonly config: SmallVitConfig;
  readonly clsToken: Param;
  readonly distToken: Param | undefined;
  readonly regToken: Param | undefined;
  readonly posEmbed: LearnedPositions;
  readonly patchEmbed: PatchEmbed;
  readonly blocks: EncoderBlock[];
  readonly norm: LayerNorm | undefined;
  readonly fcNorm: LayerNorm | undefined;
  readonly head: Linear;
  readonly headDist: Linear | undefined;

  constructor(config: SmallVitConfig) {
    super();
    this.config = config;
    const { imageSize, patchSize, width, depth, heads, classes, pool, qkvBias, layerScale, registers = 0, distilled } = config;
    this.clsToken = new Param([1, 1, width], zeros);
    this.distToken = distilled ? new Param([1, 1, width], zeros) : undefined;
    this.regToken = registers > 0 ? new Param([1, registers, width], zeros) : undefined;
    this.patchEmbed = new PatchEmbed({ imageSize, patchSize, width });
    const prefix = 1 + (distilled ? 1 : 0) + registers;
    this.posEmbed = new LearnedPositions({ grid: this.patchEmbed.grid, width, prefix });
    const attn = () => new Attention({ width, heads, qkvBias });
    const mlp = () => new Mlp({ width, hidden: 4 * width });
    this.blocks = repeat(depth, () => new EncoderBlock({ width, heads, layerScale, attn: attn(), mlp: mlp() }));
    this.norm = pool === "mean" ? undefined : new LayerNorm(width);
    this.fcNorm = pool === "mean" ? new LayerNorm(width) : undefined;
    this.head = new Linear(width, classes);
    this.headDist = distilled ? new Linear(width, classes) : undefined;
  }

  /** [b, h, w, 3] -> [b, classes] */
  forward(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => {
      const patches = this.patchEmbed.forward(images);
      const tokens = prependTokens(patches, [this.clsToken, this.distToken, this.regToken]);
      let x = add(tokens, this.posEmbed.table(this.patchEmbed.grid)) as typeof tokens;
      for (const [i, block] of this.blocks.entries()) x = block.forward(x, within(ctx, `blocks.${i}`));
      const pooled = this.norm ? tokenAt(this.norm.forward(x), 0) : this.fcNorm!.forward(meanPool(x, 1));
      return this.head.forward(pooled);
    });
  }
}
