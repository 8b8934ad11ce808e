import { type Tensor2D, type Tensor3D, type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import {
  AttentionPool,
  type Backbone,
  type Context,
  type Description,
  type EncoderBlock,
  LayerNorm,
  LearnedPositions,
  Linear,
  Module,
  Param,
  PatchEmbed,
  type Positions,
  PreLogits,
  Random,
  type Shape,
  ShapeError,
  blockIndices,
  dropPathRates,
  dropout,
  meanPool,
  normal,
  output,
  repeat,
  tokenAt,
  truncNormal,
  within,
} from "@tessera/core";
import type { VitConfig } from "./config.ts";
import { encoderBlock, throughBlocks } from "./encoder.ts";
import { type VitFeatures, average, hasTwoHeads, prefixLength, withTokens } from "./tokens.ts";

/**
 * Vision Transformer: Dosovitskiy et al. 2021; with the options of DeiT, DeiT III, DINOv2 and FlexiViT. Parameters have
 * timm's paths and shapes.
 *
 * @throws {ShapeError} if the image is not made of whole patches, the width not of whole heads, or pooling lacks its token.
 */
export class Vit extends Module implements Backbone {
  readonly family = "vit";
  override readonly headPaths = ["head", "head_dist"];
  readonly config: VitConfig;
  /** Tokens before the patches. */
  readonly prefix: number;
  readonly clsToken: Param | undefined;
  readonly distToken: Param | undefined;
  readonly regToken: Param | undefined;
  readonly posEmbed: Positions;
  readonly patchEmbed: PatchEmbed;
  readonly normPre: LayerNorm | undefined;
  readonly blocks: EncoderBlock[];
  readonly norm: LayerNorm | undefined;
  readonly attnPool: AttentionPool | undefined;
  readonly fcNorm: LayerNorm | undefined;
  readonly preLogits: PreLogits | undefined;
  /** Undefined when the model has no classes. */
  head: Linear | undefined;
  headDist: Linear | undefined;

  constructor(config: VitConfig) {
    super();
    this.config = { ...config };
    const { width, heads, mlpDim, epsilon, activation, pool = "token", classToken = true, registers = 0 } = config;
    this.prefix = prefixLength(config);
    this.clsToken = classToken ? new Param([1, 1, width], normal(1e-6)) : undefined;
    this.distToken = config.distilled ? new Param([1, 1, width], truncNormal(0.02)) : undefined;
    this.regToken = registers > 0 ? new Param([1, registers, width], normal(1e-6)) : undefined;
    const { imageSize, patchSize, channels, patchKernel } = config;
    this.patchEmbed = new PatchEmbed({ imageSize, patchSize, channels, patchKernel, width, bias: !config.preNorm });
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
    this.norm = pool === "mean" ? undefined : new LayerNorm(width, epsilon);
    this.attnPool = pool === "attention" ? new AttentionPool({ width, heads, mlpDim, epsilon, activation }) : undefined;
    this.fcNorm = pool === "mean" ? new LayerNorm(width, epsilon) : undefined;
    this.preLogits = config.preLogits ? new PreLogits(width) : undefined;
    this.head = config.classes > 0 ? new Linear(width, config.classes) : undefined;
    this.headDist = hasTwoHeads(config) && config.classes > 0 ? new Linear(width, config.classes) : undefined;
  }

  /** Class scores, before softmax: [b, h, w, c] -> [b, classes], or the pooled features [b, d] of a model without classes. */
  forward(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => {
      const tokens = this.encode(images, ctx);
      if (!hasTwoHeads(this.config)) return output(ctx, this.classify(this.pool(tokens, ctx), ctx));
      // At inference DeiT averages the logits of its two heads, not their probabilities.
      const both = this.distilledHeads(tokens, ctx);
      return output(ctx, average(both.token, both.distillation));
    });
  }

  /** Tokens after the last block and the final norm; a model that pools by the mean has its norm after pooling instead. */
  features(images: Tensor4D, ctx: Context = {}): VitFeatures {
    const tokens = tidy(() => this.encode(images, ctx));
    return { tokens, prefix: this.prefix, grid: this.patchEmbed.gridOf([images.shape[1], images.shape[2]]) };
  }

  /** Pooled features, before the head: [b, h, w, c] -> [b, d]. A distilled model's are the mean of its two tokens, as timm's. */
  embed(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => this.pool(this.encode(images, ctx), ctx));
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
      const seen = throughBlocks(this.blocks, this.tokenize(images, ctx), ctx, wanted);
      return seen.map((tokens) => (norm && this.norm ? this.norm.forward(tokens) : tokens));
    });
  }

  /** Logits of the two heads of a distilled model apart, as its training needs them: [b, h, w, c] -> two of [b, classes]. */
  forwardDistilled(images: Tensor4D, ctx: Context = {}): { token: Tensor2D; distillation: Tensor2D } {
    if (!hasTwoHeads(this.config))
      throw new ShapeError("Vit.forwardDistilled: expected a distilled model, got one without distillation head");
    return tidy(() => this.distilledHeads(this.encode(images, ctx), ctx));
  }

  /** A new head for other classes, drawn as `init(seed)` draws it; 0 takes the head off. Everything else stays. */
  resetHead(classes: number, seed: number | string = 0): this {
    this.head?.dispose();
    this.headDist?.dispose();
    const { width } = this.config;
    this.head = classes > 0 ? new Linear(width, classes) : undefined;
    this.headDist = hasTwoHeads(this.config) && classes > 0 ? new Linear(width, classes) : undefined;
    this.config.classes = classes;
    for (const [path, param] of this.params()) {
      const isHead = this.headPaths.some((head) => path.startsWith(`${head}.`));
      if (isHead) param.set(param.initializer(new Random(seed).fork(path), param.shape));
    }
    return this;
  }

  private encode(images: Tensor4D, ctx: Context): Tensor3D {
    const start = this.tokenize(images, ctx);
    const [x = start] = throughBlocks(this.blocks, start, ctx, [this.config.depth - 1]);
    return this.norm ? this.norm.forward(x, within(ctx, "norm")) : x;
  }

  /** What goes into the first block: [b, h, w, c] -> [b, n, d] */
  private tokenize(images: Tensor4D, ctx: Context): Tensor3D {
    const patches = this.patchEmbed.forward(images, within(ctx, "patch_embed"));
    const grid = this.patchEmbed.gridOf([images.shape[1], images.shape[2]]);
    const learned = [this.clsToken, this.distToken, this.regToken];
    const x = dropout(
      withTokens(patches, this.posEmbed.table(grid), this.posEmbed.prefix, learned),
      this.config.dropout ?? 0,
      ctx,
    );
    return this.normPre ? this.normPre.forward(x, within(ctx, "norm_pre")) : x;
  }

  private pool(tokens: Tensor3D, ctx: Context): Tensor2D {
    const { pool = "token" } = this.config;
    if (this.attnPool) return this.attnPool.forward(tokens, within(ctx, "attn_pool"));
    if (hasTwoHeads(this.config)) return average(tokenAt(tokens, 0), tokenAt(tokens, 1));
    const pooled = pool === "mean" ? meanPool(tokens, this.prefix) : tokenAt(tokens, 0);
    return this.fcNorm ? this.fcNorm.forward(pooled, within(ctx, "fc_norm")) : pooled;
  }

  private classify(pooled: Tensor2D, ctx: Context): Tensor2D {
    const x = this.preLogits ? this.preLogits.forward(pooled, within(ctx, "pre_logits")) : pooled;
    return this.head ? this.head.forward(x, within(ctx, "head")) : x;
  }

  private distilledHeads(tokens: Tensor3D, ctx: Context): { token: Tensor2D; distillation: Tensor2D } {
    const [token, distillation] = [tokenAt(tokens, 0), tokenAt(tokens, 1)];
    return {
      token: this.head?.forward(token, within(ctx, "head")) ?? token,
      distillation: this.headDist?.forward(distillation, within(ctx, "head_dist")) ?? distillation,
    };
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1] = input;
    const [, patches = 0, d = 0] = child(this.patchEmbed, input);
    const tokens: Shape = [b, this.prefix + patches, d];
    child(this.posEmbed, tokens);
    for (const part of [this.normPre, ...this.blocks, this.norm]) if (part) child(part, tokens);
    const pooled = this.attnPool ? child(this.attnPool, tokens) : [b, d];
    for (const part of [this.fcNorm, this.preLogits, this.head, this.headDist]) if (part) child(part, pooled);
    return { output: [b, this.config.classes || d] };
  }
}
