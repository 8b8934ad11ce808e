import { type Tensor2D, type Tensor4D, mean, pad, reshape, tidy } from "@tensorflow/tfjs-core";
import {
  type Backbone,
  type Context,
  type Description,
  LayerNorm,
  Module,
  PatchEmbed,
  type Shape,
  blockIndices,
  dropPathRates,
  dropout,
  output,
  pair,
  within,
} from "@tessera/core";
import { checked } from "./checked.ts";
import type { SwinConfig } from "./config.ts";
import { SwinHead } from "./head.ts";
import { EPSILON, Stage, widthOf } from "./stage.ts";

/**
 * Swin Transformer: Liu et al. 2021, and its second version, Liu et al. 2022. Attention stays inside of windows, which every other
 * block shifts; each stage has half the rows and columns of the one before. Parameters have timm's paths and shapes.
 *
 * @throws {ShapeError} if the image is not made of whole patches, or a width not of whole heads.
 */
export class Swin extends Module implements Backbone {
  readonly family = "swin";
  override readonly headPaths = ["head.fc"];
  readonly config: SwinConfig;
  readonly patchEmbed: PatchEmbed;
  readonly layers: Stage[];
  readonly norm: LayerNorm;
  readonly head: SwinHead;

  constructor(config: SwinConfig) {
    super();
    this.config = { ...checked(config) };
    const { patchSize, width, channels, depths, epsilon = EPSILON, classes } = config;
    const imageSize = this.padded(pair(config.imageSize));
    this.patchEmbed = new PatchEmbed({ imageSize, patchSize, width, channels, norm: true, epsilon });
    const rates = dropPathRates(
      config.dropPath ?? 0,
      depths.reduce((sum, depth) => sum + depth),
    );
    this.layers = depths.map((depth, stage) => {
      const before = depths.slice(0, stage).reduce((sum, one) => sum + one, 0);
      return new Stage(config, stage, rates.slice(before, before + depth));
    });
    const outputs = widthOf(config, depths.length - 1);
    this.norm = new LayerNorm(outputs, epsilon);
    this.head = new SwinHead(outputs, classes);
  }

  /** Class scores, before softmax: [b, h, w, c] -> [b, classes], or the pooled features [b, d] of a model without classes. */
  forward(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => {
      const kept = dropout(this.pooled(images, ctx), this.config.headDropout ?? 0, ctx);
      return output(ctx, this.head.forward(kept, within(ctx, "head")));
    });
  }

  /** Mean of the tokens after the final norm, before the head: [b, h, w, c] -> [b, d] */
  embed(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => this.pooled(images, ctx));
  }

  /**
   * The pyramid: what each stage gives, without the final norm. [b, h, w, c] -> a map [b, h′, w′, c′] for each of `levels`, which
   * count stages from 0, negative from the end.
   * @throws {ShapeError} if a stage does not exist.
   */
  featureMaps(images: Tensor4D, levels: readonly number[] = [...this.layers.keys()], ctx: Context = {}): Tensor4D[] {
    const wanted = blockIndices(levels, this.layers.length, "Swin.featureMaps");
    return tidy(() => {
      const maps = this.maps(images, ctx, Math.max(...wanted));
      return wanted.map((level) => maps[level]!);
    });
  }

  /** A new head for other classes, drawn as `init(seed)` draws it; 0 takes the head off. Everything else stays. */
  resetHead(classes: number, seed: number | string = 0): this {
    this.head.reset(classes, seed);
    this.config.classes = classes;
    return this;
  }

  private pooled(images: Tensor4D, ctx: Context): Tensor2D {
    const last = this.maps(images, ctx, this.layers.length - 1).at(-1)!;
    return mean(this.norm.forward(last, within(ctx, "norm")), [1, 2]) as Tensor2D;
  }

  /** Maps up to a stage. */
  private maps(images: Tensor4D, ctx: Context, last: number): Tensor4D[] {
    const [b, h, w] = images.shape;
    const [height, width] = this.padded([h, w]);
    const isWhole = height === h && width === w;
    const whole = isWhole ? images : pad(images, [[0, 0], [0, height - h], [0, width - w], [0, 0]]); // prettier-ignore
    const tokens = this.patchEmbed.forward(whole, within(ctx, "patch_embed"));
    const grid = this.patchEmbed.gridOf([height, width]);
    const maps: Tensor4D[] = [];
    let x: Tensor4D = reshape(tokens, [b, ...grid, this.config.width]);
    for (const [i, stage] of this.layers.slice(0, last + 1).entries()) {
      x = stage.forward(x, within(ctx, `layers.${i}`));
      maps.push(x);
    }
    return maps;
  }

  /** A picture's size in whole patches, where the rule is to pad it. */
  private padded([height, width]: readonly [number, number]): [number, number] {
    const { patchSize, windowRule } = this.config;
    if (windowRule !== "huggingface") return [height, width];
    return [Math.ceil(height / patchSize) * patchSize, Math.ceil(width / patchSize) * patchSize];
  }

  /** Rates by layer, as timm groups them: the patches, each block (the first of a stage with its merging), the head. */
  override layerOf(path: string): number {
    const total = this.config.depths.reduce((sum, depth) => sum + depth);
    const [, stage, block = "0"] = /^layers\.(\d+)\.(?:blocks\.(\d+)|downsample)\./.exec(path) ?? [];
    if (stage !== undefined) {
      const before = this.config.depths.slice(0, Number(stage)).reduce((sum, depth) => sum + depth, 0);
      return before + Number(block) + 1;
    }
    if (path.startsWith("patch_embed.")) return 0;
    // The final norm shares the last block's.
    return path.startsWith("norm.") ? total : total + 1;
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, h = 1, w = 1, c = 3] = input;
    const [height, width] = this.padded([h, w]);
    const [, , d = 1] = child(this.patchEmbed, [b, height, width, c]);
    let shape: Shape = [b, ...this.patchEmbed.gridOf([height, width]), d];
    for (const stage of this.layers) shape = child(stage, shape);
    child(this.norm, shape);
    return { output: child(this.head, [b, shape[3]!]) };
  }
}
