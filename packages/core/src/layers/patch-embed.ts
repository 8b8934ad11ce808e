import { type Tensor, type Tensor2D, type Tensor3D, type Tensor4D, reshape, tidy } from "@tensorflow/tfjs-core";
import { type Context, output, within } from "../context.ts";
import type { StoredTensor } from "../checkpoint.ts";
import { ShapeError } from "../errors.ts";
import { type Initializer, torchUniform } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { linear } from "../ops/linear.ts";
import { type PatchifyOptions, patchGrid, patchify } from "../ops/patchify.ts";
import type { ResizeMethod } from "../ops/resize-matrix.ts";
import { Param } from "../param.ts";
import { type Shape, pair, sizeOf, sizes } from "../shape.ts";
import { LayerNorm } from "./layer-norm.ts";
import { resizePatchKernel } from "./patch-kernel.ts";
import type { TokenEmbedding } from "./token-embedding.ts";

export interface PatchEmbedConfig {
  /** The size that positions are made for; other sizes are taken too. */
  imageSize: number | readonly [number, number];
  /** Pixels; [height, width] or a side. */
  patchSize: number | readonly [number, number];
  /** Of a token. */
  width: number;
  /** @default 3 */
  channels?: number;
  /** Steps between patches; smaller than the patch, they overlap. @default patchSize */
  stride?: number | readonly [number, number];
  /** Zeros on each side. @default 0 */
  padding?: number | readonly [number, number];
  /** @default true */
  bias?: boolean;
  /** A layer norm after the projection. @default false */
  norm?: boolean;
  /** ε of the norm. */
  epsilon?: number;
  /** Lets `load` take kernels of other patch sizes, resized by pseudo-inverse of this method: FlexiViT. @default refused */
  patchKernel?: ResizeMethod;
  /** @default PyTorch's default of a convolution */
  init?: Initializer;
}

/** A convolution's weight `[out, channels, h, w]` and bias, at the paths that checkpoints have. */
class Projection extends Module {
  readonly weight: Param;
  readonly bias: Param | undefined;

  constructor(shape: [number, number, number, number], bias: boolean, init: Initializer) {
    super();
    this.weight = new Param(shape, init);
    this.bias = bias ? new Param([shape[0]], torchUniform(sizeOf(shape.slice(1)))) : undefined;
  }

  /** [b, n, c·p·p] -> [b, n, d] */
  override describe(input: Shape): Description {
    const [b = 1, n = 1] = input;
    return { output: [b, n, this.weight.shape[0]!], macs: b * n * this.weight.size };
  }
}

/** Patches of an image, each mapped to a token by one linear layer: Dosovitskiy et al. 2021, eq. 1. */
export class PatchEmbed extends Module implements TokenEmbedding {
  readonly config: PatchEmbedConfig;
  readonly proj: Projection;
  readonly norm: LayerNorm | undefined;
  readonly #patchify: Required<PatchifyOptions>;

  /** @throws {ShapeError} if no patch fits the image. */
  constructor(config: PatchEmbedConfig) {
    super();
    const { width, channels = 3, bias = true, norm = false, epsilon } = config;
    const patchSize = pair(config.patchSize);
    this.config = config;
    this.#patchify = { patchSize, stride: pair(config.stride ?? patchSize), padding: pair(config.padding ?? 0) };
    this.proj = new Projection(
      [width, channels, ...patchSize],
      bias,
      config.init ?? torchUniform(channels * sizeOf(patchSize)),
    );
    this.norm = norm ? new LayerNorm(width, epsilon) : undefined;
    this.gridOf(pair(config.imageSize));
  }

  /** [rows, columns] of patches on the configured image. */
  get grid(): [number, number] {
    return this.gridOf(pair(this.config.imageSize));
  }

  /**
   * [rows, columns] of patches on an image of [height, width]. What is left of the configured size beyond whole patches is
   * not seen, as by timm's.
   * @throws {ShapeError} if patches side by side do not cover an image of another size exactly.
   */
  gridOf(image: readonly [number, number]): [number, number] {
    const { patchSize, stride, padding } = this.#patchify;
    const grid = patchGrid(image, this.#patchify);
    const isOwn = String(pair(this.config.imageSize)) === String(image);
    const whole = [0, 1].every(
      (axis) =>
        stride[axis] !== patchSize[axis] || Number.isInteger((image[axis]! + 2 * padding[axis]!) / patchSize[axis]!),
    );
    if (grid.some((count) => count < 1) || (!whole && !isOwn)) {
      throw new ShapeError(
        `PatchEmbed: expected an image size divisible by the patch ${patchSize.join("×")}, got ${image.join("×")}; resize or crop it`,
      );
    }
    return grid;
  }

  /** [b, h, w, c] -> [b, n, d] */
  forward(images: Tensor4D, ctx: Context = {}): Tensor3D {
    const { width, channels = 3 } = this.config;
    const [, h, w] = sizes(images, ["b", "h", "w", channels], "PatchEmbed") as [number, number, number, number];
    this.gridOf([h, w]);
    return tidy(() => {
      const weight = reshape(this.proj.weight.value as Tensor, [width, -1]) as Tensor2D; // [d, c·p·p]
      const tokens = linear(patchify(images, this.#patchify), weight, { bias: this.proj.bias?.value as never });
      return output(ctx, this.norm ? this.norm.forward(tokens, within(ctx, "norm")) : tokens);
    });
  }

  override adapt(path: string, stored: StoredTensor, shape: Shape): StoredTensor | undefined {
    const { patchKernel: method } = this.config;
    const [width, channels, h = 0, w = 0] = stored.shape;
    const fits = stored.shape.length === 4 && width === shape[0] && channels === shape[1];
    if (path !== "proj.weight" || !method || !fits) return undefined;
    const { patchSize } = this.#patchify;
    return {
      dtype: "F32",
      shape,
      read: async (signal) => {
        const kernel = Float32Array.from((await stored.read(signal)) as Float32Array);
        return resizePatchKernel(kernel, [h, w], patchSize, method);
      },
    };
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, h = 1, w = 1] = input;
    const [rows, columns] = this.gridOf([h, w]);
    const tokens = child(this.proj, [b, rows * columns, sizeOf(this.proj.weight.shape.slice(1))]);
    return { output: this.norm ? child(this.norm, tokens) : tokens };
  }
}
