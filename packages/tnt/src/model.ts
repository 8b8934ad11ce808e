import { type Tensor, type Tensor2D, type Tensor3D, type Tensor4D, add, reshape, tidy } from "@tensorflow/tfjs-core";
import {
  type Backbone,
  type Context,
  type Description,
  Head,
  LayerNorm,
  LearnedPositions,
  Linear,
  Module,
  Param,
  Pooling,
  type Positions,
  type Shape,
  averageHeads,
  blockIndices,
  dropPathRates,
  dropout,
  mapOf,
  output,
  pair,
  prependTokens,
  repeat,
  truncNormal,
  within,
} from "@tessera/core";
import { TntBlock, type TntState } from "./block.ts";
import type { TntConfig } from "./config.ts";
import { throughBlocks } from "./encoder.ts";
import { PixelEmbed } from "./pixel-embed.ts";

/** Tokens of an image: the class token, then patches in row-major order. */
export interface TntFeatures {
  /** [b, 1 + rows · columns, d], after the final norm */
  tokens: Tensor3D;
  /** Tokens before the patches. */
  prefix: number;
  /** [rows, columns] of patches. */
  grid: [number, number];
}

/**
 * Transformer in Transformer: Han et al. 2021. Parameters have timm's paths and shapes.
 *
 * @throws {ShapeError} if the image is not made of whole patches, or a width not of whole heads.
 */
export class Tnt extends Module implements Backbone {
  readonly family = "tnt";
  override readonly headPaths = ["head"];
  readonly config: TntConfig;
  /** Tokens before the patches. */
  readonly prefix = 1;
  readonly clsToken: Param;
  readonly patchPos: Positions | undefined;
  /** [1, c, rows, columns] of words in a patch. */
  readonly pixelPos: Param | undefined;
  readonly pixelEmbed: PixelEmbed;
  readonly norm1Proj: LayerNorm;
  readonly proj: Linear;
  readonly norm2Proj: LayerNorm;
  readonly blocks: TntBlock[];
  readonly norm: LayerNorm;
  readonly pool: Pooling;
  readonly head: Head;

  constructor(config: TntConfig) {
    super();
    this.config = { ...config };
    const { width, innerWidth, depth, epsilon = 1e-5, classes } = config;
    this.clsToken = new Param([1, 1, width], truncNormal(0.02));
    this.pixelEmbed = new PixelEmbed(config);
    this.patchPos = outerPositions(config, this.pixelEmbed.gridOf(pair(config.imageSize)), this.prefix);
    const [rows, columns] = this.pixelEmbed.words;
    const joined = rows * columns * innerWidth;
    this.pixelPos =
      config.innerPositions === false ? undefined : new Param([1, innerWidth, rows, columns], truncNormal(0.02));
    this.norm1Proj = new LayerNorm(joined, epsilon);
    this.proj = new Linear(joined, width);
    this.norm2Proj = new LayerNorm(width, epsilon);
    const rates = dropPathRates(config.dropPath ?? 0, depth);
    this.blocks = repeat(depth, (i) => new TntBlock(config, rows * columns, rates[i]!));
    this.norm = new LayerNorm(width, epsilon);
    this.pool = new Pooling({ width, pool: config.pool, prefix: this.prefix });
    this.head = new Head({ width, classes });
  }

  /** Class scores, before softmax: [b, h, w, c] -> [b, classes], or the pooled features [b, d] of a model without classes. */
  forward(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => {
      const tokens = this.encode(images, ctx);
      const pooled = this.pool.forward(tokens, ctx);
      return output(ctx, this.head.forward(pooled, ctx));
    });
  }

  /** Tokens after the last block and the final norm. */
  features(images: Tensor4D, ctx: Context = {}): TntFeatures {
    return { tokens: tidy(() => this.encode(images, ctx)), prefix: this.prefix, grid: this.gridOf(images) };
  }

  /** Pooled features, before the head: [b, h, w, c] -> [b, d] */
  embed(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => averageHeads(this.pool.forward(this.encode(images, ctx), ctx)));
  }

  /**
   * Tokens after some blocks, counted from 0, negative from the end; each [b, 1 + patches, d]. With `norm`, after the final
   * norm. Words are in captures: `blocks.*.words`.
   * @throws {ShapeError} if a block does not exist.
   */
  intermediates(
    images: Tensor4D,
    blocks: readonly number[],
    { norm = false }: { norm?: boolean } = {},
    ctx: Context = {},
  ): Tensor3D[] {
    const wanted = blockIndices(blocks, this.config.depth, "Tnt.intermediates");
    return tidy(() => {
      const seen = throughBlocks(this.blocks, this.tokenize(images, ctx), ctx, wanted);
      return seen.map((tokens) => (norm ? this.norm.forward(tokens) : tokens));
    });
  }

  /**
   * Patches after some blocks, in their places: each [b, rows, columns, d], without the class token and without the final norm.
   * @param levels Blocks, counted from 0, negative from the end. @default all
   * @throws {ShapeError} if a block does not exist.
   */
  featureMaps(images: Tensor4D, levels: readonly number[] = [...this.blocks.keys()], ctx: Context = {}): Tensor4D[] {
    const wanted = blockIndices(levels, this.config.depth, "Tnt.featureMaps");
    return tidy(() => {
      const seen = throughBlocks(this.blocks, this.tokenize(images, ctx), ctx, wanted);
      return seen.map((tokens) => mapOf(tokens, this.prefix, this.gridOf(images)));
    });
  }

  /** A new head for other classes, drawn as `init(seed)` draws it; 0 takes the head off. Everything else stays. */
  resetHead(classes: number, seed: number | string = 0): this {
    this.head.reset(classes, seed);
    this.config.classes = classes;
    return this;
  }

  private encode(images: Tensor4D, ctx: Context): Tensor3D {
    const start = this.tokenize(images, ctx);
    const [x = start.tokens] = throughBlocks(this.blocks, start, ctx, [this.config.depth - 1]);
    return this.norm.forward(x, within(ctx, "norm"));
  }

  /** What goes into the first block. */
  private tokenize(images: Tensor4D, ctx: Context): TntState {
    const [b] = images.shape;
    const positions = this.pixelPos?.value as Tensor | undefined as Tensor4D | undefined;
    const words = this.pixelEmbed.forward(images, within(ctx, "pixel_embed"), positions);
    const grid = this.gridOf(images);
    const joined: Tensor3D = reshape(words, [b, grid[0] * grid[1], this.proj.inputs]);
    const normal = this.norm1Proj.forward(joined, within(ctx, "norm1_proj"));
    const patches = this.norm2Proj.forward(this.proj.forward(normal, within(ctx, "proj")), within(ctx, "norm2_proj"));
    return { words, tokens: dropout(this.placed(patches, grid), this.config.dropout ?? 0, ctx) };
  }

  /** Class token and outer positions: [b, n, d] -> [b, 1 + n, d] */
  private placed(patches: Tensor3D, grid: [number, number]): Tensor3D {
    const table = this.patchPos?.table(grid);
    if (table && this.patchPos!.prefix === 0) return prependTokens(add(patches, table), [this.clsToken]);
    const tokens = prependTokens(patches, [this.clsToken]);
    return table ? add(tokens, table) : tokens;
  }

  private gridOf({ shape: [, h, w] }: Tensor4D): [number, number] {
    return this.pixelEmbed.gridOf([h, w]);
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1] = input;
    const { width } = this.config;
    const patches = child(this.pixelEmbed, input)[0]! / b;
    const normal = child(this.norm1Proj, [b, patches, this.proj.inputs]);
    child(this.norm2Proj, child(this.proj, normal));
    const tokens: Shape = [b, this.prefix + patches, width];
    if (this.patchPos) child(this.patchPos, tokens);
    for (const part of [...this.blocks, this.norm]) child(part, tokens);
    return { output: child(this.head, child(this.pool, tokens)) };
  }
}

function outerPositions(config: TntConfig, grid: [number, number], prefix: number): Positions | undefined {
  const { width, outerPositions: wanted = true, positionRule: rule = "timm" } = config;
  if (wanted === false) return undefined;
  const made = { grid, width, prefix, rule };
  return wanted === true ? new LearnedPositions(made) : wanted(made);
}
