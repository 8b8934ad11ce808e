import { type Tensor3D, type Tensor4D, reshape, tidy } from "@tensorflow/tfjs-core";
import { type Context, output, within } from "../context.ts";
import { ShapeError } from "../errors.ts";
import { kaimingNormal } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { maxPool } from "../ops/max-pool.ts";
import { type Shape, pair } from "../shape.ts";
import { Conv2d } from "./conv2d.ts";
import { ConvGroup } from "./conv-group.ts";
import type { TokenEmbedding } from "./token-embedding.ts";
import { Whitening } from "./whitening.ts";

export interface ConvStemConfig {
  /** The size that positions are made for; other sizes are taken too. */
  imageSize: number | readonly [number, number];
  /** Of the tokens. */
  width: number;
  /** Of the images. @default 3 */
  channels?: number;
  /** Channels of each stage; of a pooled stem, of each but the last, whose channels are the tokens' width. */
  hidden: readonly number[];
}

/**
 * Tokens from stages of a 3 × 3 convolution, ReLU and max pooling, each of which halves the grid: the stem of Hassani et al. 2021
 * (CCT). On 32 × 32 pixels two stages give 8 × 8 tokens that know their neighbours.
 */
export class PooledStem extends Module implements TokenEmbedding {
  readonly config: ConvStemConfig;
  readonly convs: Conv2d[];

  constructor(config: ConvStemConfig) {
    super();
    this.config = config;
    const { channels = 3, hidden, width } = config;
    const widths = [channels, ...hidden, width];
    this.convs = widths
      .slice(1)
      .map(
        (outputs, i) =>
          new Conv2d({ inputs: widths[i]!, outputs, size: 3, padding: 1, bias: false, init: kaimingNormal }),
      );
    this.gridOf(pair(config.imageSize));
  }

  get grid(): [number, number] {
    return this.gridOf(pair(this.config.imageSize));
  }

  gridOf(image: readonly [number, number]): [number, number] {
    const along = (length: number) => this.convs.reduce((rest) => Math.ceil(rest / 2), length);
    return expectTokens("PooledStem", image, [along(image[0]), along(image[1])]);
  }

  /** [b, h, w, c] -> [b, rows · columns, d] */
  forward(images: Tensor4D, ctx: Context = {}): Tensor3D {
    this.gridOf([images.shape[1], images.shape[2]]);
    return tidy(() => {
      let x = images;
      for (const [i, conv] of this.convs.entries())
        x = maxPool(conv.forward(x, within(ctx, `convs.${i}`), "relu"), { size: 3, stride: 2, padding: 1 });
      return output(ctx, asTokens(x));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    let shape = input;
    for (const conv of this.convs) {
      const [b = 1, h = 1, w = 1, c = 1] = child(conv, shape);
      shape = [b, Math.ceil(h / 2), Math.ceil(w / 2), c];
    }
    return { output: tokenShape(shape) };
  }
}

/**
 * Tokens from a whitening of 2 × 2 pixels, groups of convolutions with batch norm, each of which halves the grid, and a linear
 * layer: a small network of convolutions as the start of a transformer. It learns in a few epochs what patches take many for.
 */
export class WhitenedStem extends Module implements TokenEmbedding {
  readonly config: ConvStemConfig;
  readonly whiten: Whitening;
  readonly groups: ConvGroup[];
  readonly proj: Conv2d;

  constructor(config: ConvStemConfig) {
    super();
    this.config = config;
    const { channels = 3, hidden, width } = config;
    this.whiten = new Whitening({ channels, size: 2 });
    const widths = [this.whiten.outputs, ...hidden];
    this.groups = hidden.map((outputs, i) => new ConvGroup({ inputs: widths[i]!, outputs }));
    this.proj = new Conv2d({ inputs: widths.at(-1)!, outputs: width, size: 1 });
    this.gridOf(pair(config.imageSize));
  }

  get grid(): [number, number] {
    return this.gridOf(pair(this.config.imageSize));
  }

  gridOf(image: readonly [number, number]): [number, number] {
    const along = (length: number) => this.groups.reduce((rest) => Math.floor(rest / 2), length - 1);
    return expectTokens("WhitenedStem", image, [along(image[0]), along(image[1])]);
  }

  /** [b, h, w, c] -> [b, rows · columns, d] */
  forward(images: Tensor4D, ctx: Context = {}): Tensor3D {
    this.gridOf([images.shape[1], images.shape[2]]);
    return tidy(() => {
      let x = this.whiten.forward(images, within(ctx, "whiten"), "gelu");
      for (const [i, group] of this.groups.entries()) x = group.forward(x, within(ctx, `groups.${i}`));
      return output(ctx, asTokens(this.proj.forward(x, within(ctx, "proj"))));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return {
      output: tokenShape([this.whiten, ...this.groups, this.proj].reduce((shape, part) => child(part, shape), input)),
    };
  }
}

function asTokens(map: Tensor4D): Tensor3D {
  const [b, h, w, d] = map.shape;
  return reshape(map, [b, h * w, d]);
}

function tokenShape([b = 1, h = 1, w = 1, d = 1]: Shape): Shape {
  return [b, h * w, d];
}

function expectTokens(where: string, image: readonly [number, number], grid: [number, number]): [number, number] {
  if (Math.min(...grid) < 1)
    throw new ShapeError(`${where}: expected an image that leaves a token, got ${image.join("×")}; enlarge it`);
  return grid;
}
