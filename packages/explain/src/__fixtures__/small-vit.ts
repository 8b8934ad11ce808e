import { type Tensor2D, type Tensor3D, type Tensor4D, add, tidy } from "@tensorflow/tfjs-core";
import { type Context, EncoderBlock, LayerNorm, LearnedPositions, Linear, Module, Param, PatchEmbed, meanPool, output, prependTokens, repeat, tokenAt, within, zeros } from "@tessera/core"; // prettier-ignore

export interface SmallVitConfig {
  imageSize: number;
  patchSize: number;
  width: number;
  depth: number;
  heads: number;
  classes: number;
  /** Without it, the mean of the patches answers. @default true */
  classToken?: boolean;
}

/** A ViT of core's parts with timm's paths. */
export class SmallVit extends Module {
  readonly prefix: number;
  readonly clsToken: Param | undefined;
  readonly posEmbed: LearnedPositions;
  readonly patchEmbed: PatchEmbed;
  readonly blocks: EncoderBlock[];
  readonly norm: LayerNorm;
  readonly head: Linear;

  constructor({ imageSize, patchSize, width, depth, heads, classes, classToken = true }: SmallVitConfig) {
    super();
    this.prefix = classToken ? 1 : 0;
    this.clsToken = classToken ? new Param([1, 1, width], zeros) : undefined;
    this.patchEmbed = new PatchEmbed({ imageSize, patchSize, width });
    this.posEmbed = new LearnedPositions({ grid: this.patchEmbed.grid, width, prefix: this.prefix });
    this.blocks = repeat(depth, () => new EncoderBlock({ width, heads }));
    this.norm = new LayerNorm(width);
    this.head = new Linear(width, classes);
  }

  /** [b, h, w, 3] -> [b, classes] */
  forward(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => {
      const patches = this.patchEmbed.forward(images, within(ctx, "patch_embed"));
      const tokens = prependTokens(patches, [this.clsToken]);
      let x = add(tokens, this.posEmbed.table(this.patchEmbed.gridOf([images.shape[1], images.shape[2]]))) as typeof tokens;
      for (const [i, block] of this.blocks.entries()) x = block.forward(x, within(ctx, `blocks.${i}`));
      return output(ctx, this.read(x, ctx));
    });
  }

  /** Tokens [b, n, d] -> [b, classes] */
  read(x: Tensor3D, ctx: Context = {}): Tensor2D {
    const last = this.norm.forward(x, within(ctx, "norm"));
    return this.head.forward(this.clsToken ? tokenAt(last, 0) : meanPool(last, 0));
  }
}
