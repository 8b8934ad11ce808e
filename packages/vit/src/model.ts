import { type Tensor, type Tensor2D, type Tensor3D, type Tensor4D, add, mul, tanh, tidy } from "@tensorflow/tfjs-core";
import {
  Attention,
  AttentionPool,
  type Context,
  type Description,
  EncoderBlock,
  LayerNorm,
  LearnedPositions,
  Linear,
  Mlp,
  Module,
  Param,
  PatchEmbed,
  type Positions,
  type Shape,
  ShapeError,
  SwiGlu,
  dropPathRates,
  dropout,
  meanPool,
  normal,
  output,
  prependTokens,
  repeat,
  tokenAt,
  truncNormal,
  within,
} from "@tessera/core";
import type { VitConfig } from "./config.ts";

/** Tokens of an image: prefix tokens first (class, distillation, registers), then patches in row-major order. */
export interface VitFeatures {
  /** [b, prefix + rows · columns, d], after the final norm */
  tokens: Tensor3D;
  /** Tokens before the patches. */
  prefix: number;
  /** [rows, columns] of patches. */
  grid: [number, number];
}

/**
 * Vision Transformer: Dosovitskiy et al. 2021; with the options of DeiT, DeiT III, DINOv2 and FlexiViT. Parameters have
 * timm's paths and shapes.
 *
 * @throws {ShapeError} if the image is not made of whole patches or the width not of whole heads.
 */
export class Vit extends Module {
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
    this.prefix = (classToken ? 1 : 0) + (config.distilled ? 1 : 0) + registers;
    if (pool === "token" && !classToken) throw new ShapeError("Vit: expected a class token for pool “token”, got none; choose pool “mean” or “attention”");

    this.clsToken = classToken ? new Param([1, 1, width], normal(1e-6)) : undefined;
    this.distToken = config.distilled ? new Param([1, 1, width], truncNormal(0.02)) : undefined;
    this.regToken = registers > 0 ? new Param([1, registers, width], normal(1e-6)) : undefined;
    this.patchEmbed = new PatchEmbed({ imageSize: config.imageSize, patchSize: config.patchSize, width, channels: config.channels, bias: !config.preNorm });
    const positions = { grid: this.patchEmbed.grid, width, prefix: config.positionOnPrefix === false ? 0 : this.prefix, rule: config.positionRule ?? "timm" };
    this.posEmbed = config.positions?.(positions) ?? new LearnedPositions(positions);
    this.normPre = config.preNorm ? new LayerNorm(width, epsilon) : undefined;
    const rates = dropPathRates(config.dropPath ?? 0, config.depth, config.dropPathSchedule);
    this.blocks = repeat(config.depth, (i) => encoderBlock(config, rates[i]!));
    this.norm = pool === "mean" ? undefined : new LayerNorm(width, epsilon);
    this.attnPool = pool === "attention" ? new AttentionPool({ width, heads, mlpDim, epsilon, activation }) : undefined;
    this.fcNorm = pool === "mean" ? new LayerNorm(width, epsilon) : undefined;
    this.preLogits = config.preLogits ? new PreLogits(width) : undefined;
    this.head = config.classes > 0 ? new Linear(width, config.classes) : undefined;
    this.headDist = config.distilled && config.classes > 0 ? new Linear(width, config.classes) : undefined;
  }

  /** Class scores, before softmax: [b, h, w, c] -> [b, classes], or the pooled features [b, d] of a model without classes. */
  forward(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => {
      const { tokens } = this.encode(images, ctx);
      if (!this.config.distilled) return output(ctx, this.classify(this.pool(tokens, ctx), ctx));
      // At inference DeiT averages the logits of its two heads, not their probabilities.
      const both = this.distilledHeads(tokens, ctx);
      return output(ctx, mul(add(both.token, both.distillation), 0.5) as Tensor2D);
    });
  }

  /** Tokens after the last block and the final norm. */
  features(images: Tensor4D, ctx: Context = {}): VitFeatures {
    const [, h, w] = images.shape;
    return { tokens: tidy(() => this.encode(images, ctx).tokens), prefix: this.prefix, grid: this.patchEmbed.gridOf([h, w]) };
  }

  /** The pooled features that the head sees: [b, h, w, c] -> [b, d]. */
  embed(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => this.pool(this.encode(images, ctx).tokens, ctx));
  }

  /**
   * Tokens after some blocks, counted from 0, negative from the end; each [b, n, d]. With `norm`, after the final norm.
   * @throws {ShapeError} if a block does not exist.
   */
  intermediates(images: Tensor4D, blocks: readonly number[], { norm = false }: { norm?: boolean } = {}, ctx: Context = {}): Tensor3D[] {
    const { depth } = this.config;
    const wanted = blocks.map((block) => (block < 0 ? block + depth : block));
    const wrong = blocks.filter((_, i) => !(wanted[i]! >= 0 && wanted[i]! < depth));
    if (wrong.length > 0) throw new ShapeError(`Vit.intermediates: expected blocks from ${-depth} to ${depth - 1}, got ${wrong.join(", ")}`);
    return tidy(() => {
      const { seen } = this.encode(images, ctx, Math.max(...wanted) + 1);
      return wanted.map((block) => (norm && this.norm ? this.norm.forward(seen[block]!) : seen[block]!.clone()));
    });
  }

  /** Logits of the two heads of a distilled model apart, as its training needs them: [b, h, w, c] -> two of [b, classes]. */
  forwardDistilled(images: Tensor4D, ctx: Context = {}): { token: Tensor2D; distillation: Tensor2D } {
    if (!this.config.distilled) throw new ShapeError("Vit.forwardDistilled: expected a distilled model, got one without distillation token");
    return tidy(() => this.distilledHeads(this.encode(images, ctx).tokens, ctx));
  }

  /** A new head for other classes, initialised from the seed; 0 takes the head off. Everything else stays. */
  resetHead(classes: number, seed: number | string = 0): this {
    this.head?.dispose();
    this.headDist?.dispose();
    const { width, distilled } = this.config;
    this.head = classes > 0 ? new Linear(width, classes).init(`${seed}/head`) : undefined;
    this.headDist = distilled && classes > 0 ? new Linear(width, classes).init(`${seed}/head_dist`) : undefined;
    this.config.classes = classes;
    return this;
  }

  private encode(images: Tensor4D, ctx: Context, until = this.blocks.length): { tokens: Tensor3D; seen: Tensor3D[] } {
    const [, h, w] = images.shape;
    const patches = this.patchEmbed.forward(images, within(ctx, "patch_embed"));
    let x = dropout(this.addPositions(patches, this.patchEmbed.gridOf([h, w])), this.config.dropout ?? 0, ctx);
    if (this.normPre) x = this.normPre.forward(x, within(ctx, "norm_pre"));
    const seen: Tensor3D[] = [];
    for (const [i, block] of this.blocks.slice(0, until).entries()) seen.push((x = block.forward(x, within(ctx, `blocks.${i}`))));
    return { tokens: this.norm ? this.norm.forward(x, within(ctx, "norm")) : x, seen };
  }

  private addPositions(patches: Tensor3D, grid: [number, number]): Tensor3D {
    const table = this.posEmbed.table(grid);
    const tokens = [this.clsToken, this.distToken, this.regToken];
    return this.posEmbed.prefix > 0 ? add(prependTokens(patches, tokens), table) : prependTokens(add(patches, table), tokens);
  }

  private pool(tokens: Tensor3D, ctx: Context): Tensor2D {
    const { pool = "token" } = this.config;
    if (this.attnPool) return this.attnPool.forward(tokens, within(ctx, "attn_pool"));
    const pooled = pool === "mean" ? meanPool(tokens, this.prefix) : tokenAt(tokens, 0);
    return this.fcNorm ? this.fcNorm.forward(pooled, within(ctx, "fc_norm")) : pooled;
  }

  private classify(pooled: Tensor2D, ctx: Context): Tensor2D {
    const x = this.preLogits ? (tanh(this.preLogits.fc.forward(pooled as Tensor)) as Tensor2D) : pooled;
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
    for (const part of [this.fcNorm, this.preLogits?.fc, this.head, this.headDist]) if (part) child(part, pooled);
    return { output: [b, this.config.classes || d] };
  }
}

/** Old timm's `pre_logits.fc`. */
class PreLogits extends Module {
  readonly fc: Linear;

  constructor(width: number) {
    super();
    this.fc = new Linear(width, width);
  }
}

function encoderBlock(config: VitConfig, dropPath: number): EncoderBlock {
  const { width, heads, mlpDim, epsilon, dropout: rate, activation, qkvBias, qkNorm, layerScale } = config;
  const attn = new Attention({ width, heads, qkvBias, qkNorm, epsilon, dropout: rate });
  const mlp = { width, hidden: mlpDim, dropout: rate };
  return new EncoderBlock({
    width,
    heads,
    layerScale,
    dropPath,
    epsilon,
    attn,
    mlp: config.mlp === "swiglu" ? new SwiGlu(mlp) : new Mlp({ ...mlp, activation }),
  });
}
