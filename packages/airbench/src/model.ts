import { type Tensor2D, type Tensor4D, div, reshape, tidy } from "@tensorflow/tfjs-core";
import {
  type Backbone,
  type Context,
  ConvGroup,
  type Description,
  Linear,
  Module,
  Random,
  type Shape,
  ShapeError,
  Whitening,
  blockIndices,
  dropout,
  maxPool,
  output,
  pair,
  torchUniform,
  within,
} from "@tessera/core";
import type { AirbenchConfig } from "./config.ts";

/**
 * A small convolutional network that learns CIFAR-10 fast: Jordan 2024, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU". A
 * frozen whitening of 2 × 2 pixels, three groups of convolutions, the largest value of each channel, and a scaled-down head.
 */
export class Airbench extends Module implements Backbone {
  readonly family = "airbench";
  override readonly headPaths = ["head"];
  readonly config: AirbenchConfig;
  readonly whiten: Whitening;
  readonly groups: ConvGroup[];
  head: Linear | undefined;

  /** @throws {ShapeError} if an image of the native size is too small. */
  constructor(config: AirbenchConfig) {
    super();
    this.config = { ...config };
    const { widths, depth = 2, channels = 3, momentum = 0.4, epsilon } = config;
    this.whiten = new Whitening({ channels, size: 2 });
    const norm = { momentum, epsilon };
    this.groups = widths.map(
      (outputs, i) => new ConvGroup({ inputs: i === 0 ? this.whiten.outputs : widths[i - 1]!, outputs, depth, norm }),
    );
    this.head = this.classifier(config.classes);
    this.expectPlaces(pair(config.imageSize));
  }

  /** Class scores, before softmax: [b, h, w, c] -> [b, classes], or the pooled features of a model without classes. */
  forward(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => {
      const { dropout: rate = 0, headDivisor = 9 } = this.config;
      const pooled = dropout(this.pooled(images, ctx), rate, ctx);
      return output(ctx, this.head ? this.head.forward(div(pooled, headDivisor), within(ctx, "head")) : pooled);
    });
  }

  /** The largest value of each channel of the last group: [b, h, w, c] -> [b, d] */
  embed(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => this.pooled(images, ctx));
  }

  /**
   * What each group gives: three maps [b, h′, w′, c′], counted from 0.
   * @throws {ShapeError} if a level does not exist.
   */
  featureMaps(images: Tensor4D, levels: readonly number[] = [...this.groups.keys()], ctx: Context = {}): Tensor4D[] {
    const wanted = blockIndices(levels, this.groups.length, "Airbench.featureMaps");
    return tidy(() => {
      const maps = this.maps(images, ctx, Math.max(...wanted) + 1);
      return wanted.map((level) => maps[level]!);
    });
  }

  /** A new head for other classes, drawn as `init(seed)` draws it; 0 takes the head off. Everything else stays. */
  resetHead(classes: number, seed: number | string = 0): this {
    this.head?.dispose();
    this.head = this.classifier(classes);
    this.config.classes = classes;
    const random = new Random(seed);
    for (const [path, param] of this.params())
      if (path.startsWith("head.")) param.set(param.initializer(random.fork(path), param.shape));
    return this;
  }

  private classifier(classes: number): Linear | undefined {
    const [, , width] = this.config.widths;
    return classes > 0 ? new Linear(width, classes, { bias: false, init: torchUniform(width) }) : undefined;
  }

  private pooled(images: Tensor4D, ctx: Context): Tensor2D {
    const last = this.maps(images, ctx, this.groups.length).at(-1)!;
    const [b, h, w, c] = last.shape;
    return reshape(maxPool(last, { size: [h, w] }), [b, c]);
  }

  /** Maps of the first groups. */
  private maps(images: Tensor4D, ctx: Context, count: number): Tensor4D[] {
    const [, h, w] = images.shape;
    this.expectPlaces([h, w]);
    const maps: Tensor4D[] = [];
    let x = this.whiten.forward(images, within(ctx, "whiten"), "gelu");
    for (const [i, group] of this.groups.slice(0, count).entries())
      maps.push((x = group.forward(x, within(ctx, `groups.${i}`))));
    return maps;
  }

  private expectPlaces([height, width]: readonly [number, number]): void {
    if (Math.min(height, width) < 9)
      throw new ShapeError(`Airbench: expected an image of at least 9×9, got ${height}×${width}; enlarge it`);
  }

  /** Rates by layer: the whitening, each group, the head. */
  override layerOf(path: string): number {
    const [, group] = /^groups\.(\d)\./.exec(path) ?? [];
    if (group !== undefined) return Number(group) + 1;
    return path.startsWith("head.") ? this.groups.length + 1 : 0;
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    let shape = child(this.whiten, input);
    for (const group of this.groups) shape = child(group, shape);
    const pooled: Shape = [shape[0]!, shape[3]!];
    return { output: this.head ? child(this.head, pooled) : pooled };
  }
}
