import { type Tensor2D, type Tensor3D, type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import {
  type Backbone,
  type Context,
  type Description,
  type EncoderBlock,
  Head,
  LayerNorm,
  LearnedPositions,
  Module,
  Param,
  PatchEmbed,
  Pooling,
  type Positions,
  type Shape,
  ShapeError,
  type TokenEmbedding,
  averageHeads,
  blockIndices,
  dropPathRates,
  dropout,
  mapOf,
  normal,
  output,
  patchDropout,
  repeat,
  truncNormal,
  within,
} from "@tessera/core";
import type { VitConfig } from "./config.ts";
import { encoderBlock, throughBlocks } from "./encoder.ts";
import { stemOf } from "./stem.ts";
import { type VitFeatures, hasTwoHeads, prefixLength, withTokens } from "./tokens.ts";

/**
 * Vision Transformer: Dosovitskiy et al. 2021; with the options of DeiT, DeiT III, DINOv2 and FlexiViT. Parameters have
 * timm's paths and shapes.
 *
 * @throws {ShapeError} if the image is not made of whole patches, the width not of whole heads, or pooling lacks its token.
 */
export class Vit extends Module implements Backbone {
  readonly family: string = "vit";
  override readonly headPaths = ["head", "head_dist"];
  readonly config: VitConfig;
  /** Tokens before the patches. */
  readonly prefix: number;
  readonly clsToken: Param | undefined;
  readonly distToken: Param | undefined;
  readonly regToken: Param | undefined;
  readonly posEmbed: Positions;
  readonly patchEmbed: TokenEmbedding;
  readonly normPre: LayerNorm | undefined;
  readonly blocks: EncoderBlock[];
  readonly norm: LayerNorm | undefined;
  readonly pool: Pooling;
  readonly head: Head;

  constructor(config: VitConfig) {
    super();
    this.config = { ...config };
    const { width, heads, mlpDim, epsilon, activation, pool = "token", classToken = true, registers = 0 } = config;
    this.prefix = prefixLength(config);
    this.clsToken = classToken ? new Param([1, 1, width], normal(1e-6)) : undefined;
    this.distToken = config.distilled ? new Param([1, 1, width], truncNormal(0.02)) : undefined;
    this.regToken = registers > 0 ? new Param([1, registers, width], normal(1e-6)) : undefined;
    const { imageSize, patchSize, channels, patchKernel = "bicubic_antialias" } = config;
    const patches = { imageSize, patchSize, channels, patchKernel, width, bias: !config.preNorm };
    this.patchEmbed = config.patchEmbed?.(patches) ?? stemOf(config) ?? new PatchEmbed(patches);
    const positions = {
      grid: this.patchEmbed.grid,
      width,
      prefix: config.positionOnPrefix === false ? 0 : this.prefix,
      rule: config.positionRule ?? "timm",
    };
    this.posEmbed = config.positions?.(positions) ?? new LearnedPositions(positions);
    this.normPre = config.preNorm ? new LayerNorm(width, epsilon) : undefined;
    const rates = dropPathRates(config.dropPath ?? 0, config.depth, config.dropPathSchedule);
    this.blocks = repeat(config.depth, (i) => encoderBlock(config, rates[i]!));
    const normAfter = config.poolNorm ?? pool === "mean";
    this.norm = normAfter ? undefined : new LayerNorm(width, epsilon);
    const distilled = hasTwoHeads(config);
    this.pool = new Pooling({
      width,
      pool,
      prefix: this.prefix,
      tokens: distilled ? 2 : 1,
      norm: normAfter,
      epsilon,
      heads,
      mlpDim,
      activation,
    });
    this.head = new Head({ width: this.pool.width, classes: config.classes, distilled, preLogits: config.preLogits });
  }

  /** Class scores, before softmax: [b, h, w, c] -> [b, classes], or the pooled features [b, d] of a model without classes. */
  forward(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => {
      const tokens = this.encode(images, ctx);
      const pooled = this.pool.forward(tokens, ctx);
      return output(ctx, this.head.forward(pooled, ctx));
    });
  }

  /** Tokens after the last block and the final norm; a model with its norm after pooling has none. */
  features(images: Tensor4D, ctx: Context = {}): VitFeatures {
    const tokens = tidy(() => this.encode(images, ctx));
    return { tokens, prefix: this.prefix, grid: this.gridOf(images) };
  }

  /** Pooled features, before the head: [b, h, w, c] -> [b, d]. A distilled model's are the mean of its two tokens, as timm's. */
  embed(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => averageHeads(this.pool.forward(this.encode(images, ctx), ctx)));
  }

  /**
   * Tokens after some blocks, counted from 0, negative from the end; each [b, prefix + patches, d]. With `norm`, after the
   * final norm, where the model has one.
   * @throws {ShapeError} if a block does not exist.
   */
  intermediates(
    images: Tensor4D,
    blocks: readonly number[],
    { norm = false }: { norm?: boolean } = {},
    ctx: Context = {},
  ): Tensor3D[] {
    const wanted = blockIndices(blocks, this.config.depth, "Vit.intermediates");
    return tidy(() => {
      const seen = this.through(this.tokenize(images, ctx), images, ctx, wanted);
      return seen.map((tokens) => (norm && this.norm ? this.norm.forward(tokens) : tokens));
    });
  }

  /**
   * Patches after some blocks, in their places: each [b, rows, columns, d], without prefix tokens and without the final norm.
   * @param levels Blocks, counted from 0, negative from the end. @default all
   * @throws {ShapeError} if a block does not exist.
   */
  featureMaps(images: Tensor4D, levels: readonly number[] = [...this.blocks.keys()], ctx: Context = {}): Tensor4D[] {
    const wanted = blockIndices(levels, this.config.depth, "Vit.featureMaps");
    return tidy(() => {
      const seen = this.through(this.tokenize(images, ctx), images, ctx, wanted);
      return seen.map((tokens) => mapOf(tokens, this.prefix, this.gridOf(images)));
    });
  }

  /** Logits of the two heads of a distilled model apart, as its training needs them: [b, h, w, c] -> two of [b, classes]. */
  forwardDistilled(images: Tensor4D, ctx: Context = {}): { token: Tensor2D; distillation: Tensor2D } {
    if (!hasTwoHeads(this.config))
      throw new ShapeError("Vit.forwardDistilled: expected a distilled model, got one without distillation head");
    return tidy(() => {
      const pooled = this.pool.forward(this.encode(images, ctx), ctx);
      const [token, distillation] = this.head.each(pooled, ctx);
      return { token: token!, distillation: distillation! };
    });
  }

  /** A new head for other classes, drawn as `init(seed)` draws it; 0 takes the head off. Everything else stays. */
  resetHead(classes: number, seed: number | string = 0): this {
    this.head.reset(classes, seed);
    this.config.classes = classes;
    return this;
  }

  /** Tokens of a picture after blocks and norm: [b, h, w, c] -> [b, n, d] */
  private encode(images: Tensor4D, ctx: Context): Tensor3D {
    const start = this.tokenize(images, ctx);
    const [x = start] = this.through(start, images, ctx, [this.config.depth - 1]);
    return this.norm ? this.norm.forward(x, within(ctx, "norm")) : x;
  }

  /** What goes into the first block: [b, h, w, c] -> [b, n, d] */
  private tokenize(images: Tensor4D, ctx: Context): Tensor3D {
    const patches = this.patchEmbed.forward(images, within(ctx, "patch_embed"));
    const positions = this.posEmbed.table(this.gridOf(images));
    const learned = [this.clsToken, this.distToken, this.regToken];
    const placed = withTokens(patches, positions, this.posEmbed.prefix, learned);
    const kept = dropout(placed, this.config.dropout ?? 0, ctx);
    const x = patchDropout(kept, this.config.patchDropout ?? 0, this.prefix, ctx);
    return this.normPre ? this.normPre.forward(x, within(ctx, "norm_pre")) : x;
  }

  /** Tokens after each of the wanted blocks. */
  private through(x: Tensor3D, images: Tensor4D, ctx: Context, wanted: readonly number[]): Tensor3D[] {
    return throughBlocks(this.blocks, x, ctx, wanted, { grid: this.gridOf(images) });
  }

  private gridOf({ shape: [, h, w] }: Tensor4D): [number, number] {
    return this.patchEmbed.gridOf([h, w]);
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1] = input;
    const [, patches = 0, d = 0] = child(this.patchEmbed, input);
    const tokens: Shape = [b, this.prefix + patches, d];
    child(this.posEmbed, tokens);
    for (const part of [this.normPre, ...this.blocks, this.norm]) if (part) child(part, tokens);
    return { output: child(this.head, child(this.pool, tokens)) };
  }
}
