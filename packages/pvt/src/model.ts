import { type Tensor2D, type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import {
  type Backbone,
  type Context,
  type Description,
  Head,
  Module,
  Pooling,
  type Shape,
  TesseraError,
  averageHeads,
  blockIndices,
  dropout,
  output,
  pair,
  sizes,
} from "@tessera/core";
import type { PvtConfig } from "./config.ts";
import { gridsOf } from "./grids.ts";
import type { Pyramid } from "./pyramid.ts";
import { PyramidV1 } from "./pyramid-v1.ts";
import { PyramidV2 } from "./pyramid-v2.ts";

/** Places where features can be taken: after each stage. */
const LEVELS = 4;

/**
 * Pyramid Vision Transformer, Wang et al. 2021, and its second version, Wang et al. 2022. Parameters of the second have
 * timm's paths and shapes, those of the first the authors', as timm has none.
 *
 * @throws {ShapeError} if a width is not divisible by its heads, or the image too small for a stage.
 * @throws {TesseraError} if linear attention is asked of version 1.
 */
export class Pvt extends Module implements Backbone {
  readonly family = "pvt";
  override readonly headPaths = ["head"];
  readonly config: PvtConfig;
  readonly pyramid: Pyramid;
  readonly pool: Pooling;
  readonly head: Head;

  constructor(config: PvtConfig) {
    super();
    this.config = { ...config };
    const { version, widths, classes, linear } = config;
    if (version === 1 && linear)
      throw new TesseraError("Pvt: expected linear attention with version 2, got version 1; leave linear out");
    gridsOf(config, pair(config.imageSize));
    const width = widths[LEVELS - 1]!;
    this.pyramid = version === 1 ? new PyramidV1(config) : new PyramidV2(config);
    this.pool = new Pooling({ width, pool: version === 1 ? "token" : "mean" });
    this.head = new Head({ width, classes });
  }

  /** Class scores, before softmax: [b, h, w, c] -> [b, classes], or the pooled features [b, d] of a model without classes. */
  forward(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => {
      const pooled = this.pooled(images, ctx).map((vector) => dropout(vector, this.config.dropout ?? 0, ctx));
      return output(ctx, this.head.forward(pooled, ctx));
    });
  }

  /** The last stage's class token, or its mean over all places: [b, h, w, c] -> [b, d] */
  embed(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => averageHeads(this.pooled(images, ctx)));
  }

  /**
   * What the stages give, without the class token and version 1's final norm: four maps [b, h′, w′, d], counted from 0.
   * @throws {ShapeError} if a level does not exist.
   */
  featureMaps(images: Tensor4D, levels: readonly number[] = [0, 1, 2, 3], ctx: Context = {}): Tensor4D[] {
    const wanted = blockIndices(levels, LEVELS, "Pvt.featureMaps");
    this.check(images);
    return tidy(() => {
      const maps = this.pyramid.maps(images, Math.max(...wanted), ctx);
      return wanted.map((level) => maps[level]!);
    });
  }

  /** A new head for other classes, drawn as `init(seed)` draws it; 0 takes the head off. Everything else stays. */
  resetHead(classes: number, seed: number | string = 0): this {
    this.head.reset(classes, seed);
    this.config.classes = classes;
    return this;
  }

  private pooled(images: Tensor4D, ctx: Context): Tensor2D[] {
    this.check(images);
    return this.pool.forward(this.pyramid.encode(images, ctx), ctx);
  }

  private check(images: Tensor4D): void {
    const { channels = 3 } = this.config;
    const [, h, w] = sizes(images, ["b", "h", "w", channels], "Pvt") as [number, number, number, number];
    gridsOf(this.config, [h, w]);
  }

  /** Rates by stage, as timm's: the first patch embedding, each stage with what it begins and ends with, the head. */
  override layerOf(path: string): number {
    if (path.startsWith("head.")) return LEVELS + 1;
    const second = /^stages\.(\d)\./.exec(path);
    if (second) return Number(second[1]) + 1;
    const [, part, stage] = /^(patch_embed|pos_embed|block)(\d)/.exec(path) ?? [];
    if (stage === undefined) return path.startsWith("patch_embed.") ? 0 : LEVELS;
    return stage === "1" && part !== "block" ? 0 : Number(stage);
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: child(this.head, child(this.pool, child(this.pyramid, input))) };
  }
}
