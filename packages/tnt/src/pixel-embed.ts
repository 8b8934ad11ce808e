import { type Tensor, type Tensor3D, type Tensor4D, add, reshape, tidy, transpose } from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  Module,
  type Shape,
  ShapeError,
  output,
  pair,
  sizes,
  within,
} from "@tessera/core";
import type { TntConfig } from "./config.ts";
import { WordConvolution } from "./word-convolution.ts";

/**
 * Words of all patches, by one 7×7 convolution: Han et al. 2021, section 2.2. It sees a patch at a time, zeros around it;
 * in timm's legacy form the whole image, so that words at a patch's border see its neighbours.
 *
 * @throws {ShapeError} if the image is not made of whole patches, or in the legacy form a patch not of whole words.
 */
export class PixelEmbed extends Module {
  readonly config: TntConfig;
  readonly proj: WordConvolution;
  /** [rows, columns] of words in a patch. */
  readonly words: readonly [number, number];
  readonly #patch: readonly [number, number];

  constructor(config: TntConfig) {
    super();
    const { innerPatchSize = 4, innerWidth, channels = 3, legacy = false } = config;
    const stride = pair(innerPatchSize);
    this.config = config;
    this.#patch = pair(config.patchSize);
    if (legacy && this.#patch.some((size, axis) => size % stride[axis]! !== 0)) {
      throw new ShapeError(
        `PixelEmbed: expected a patch divisible by the inner patch ${stride.join("×")}, got ${this.#patch.join("×")}`,
      );
    }
    this.proj = new WordConvolution(channels, innerWidth, stride);
    this.words = this.proj.gridOf(this.#patch);
    this.gridOf(pair(config.imageSize));
  }

  /**
   * [rows, columns] of patches on an image of [height, width].
   * @throws {ShapeError} if patches side by side do not cover the image exactly.
   */
  gridOf([height, width]: readonly [number, number]): [number, number] {
    const [h, w] = this.#patch;
    const grid: [number, number] = [height / h, width / w];
    if (!grid.every((count) => Number.isInteger(count) && count > 0)) {
      throw new ShapeError(
        `PixelEmbed: expected an image size divisible by the patch ${h}×${w}, got ${height}×${width}; resize or crop it`,
      );
    }
    return grid;
  }

  /** Images [b, h, w, c] and positions [1, d, rows, columns] -> words [b · patches, rows · columns, d] */
  forward(images: Tensor4D, ctx: Context = {}, positions?: Tensor4D): Tensor3D {
    const { channels = 3, innerWidth: d, legacy = false } = this.config;
    const [, h, w] = sizes(images, ["b", "h", "w", channels], "PixelEmbed") as [number, number, number, number];
    this.gridOf([h, w]);
    return tidy(() => {
      const words = legacy
        ? this.ofImage(images, ctx)
        : this.proj.forward(tiles(images, this.#patch), within(ctx, "proj"));
      if (!positions) return output(ctx, words);
      const table = transpose(reshape(positions as Tensor, [d, this.words[0] * this.words[1]])); // [rows · columns, d]
      return output(ctx, add(words, table));
    });
  }

  /** The convolution on the whole image, then the words of each patch brought together. */
  private ofImage(images: Tensor4D, ctx: Context): Tensor3D {
    const [b, h, w] = images.shape;
    const [rows, columns] = this.gridOf([h, w]);
    const { words } = this;
    const d = this.config.innerWidth;
    const all: Tensor4D = reshape(this.proj.forward(images, within(ctx, "proj")), [
      b,
      rows * words[0],
      columns * words[1],
      d,
    ]);
    return reshape(tiles(all, words), [b * rows * columns, words[0] * words[1], d]);
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, h = 1, w = 1, c = 3] = input;
    const [rows, columns] = this.gridOf([h, w]);
    return { output: child(this.proj, [b * rows * columns, ...this.#patch, c]) };
  }
}

/** Tiles of h × w side by side, in row-major order: [b, rows · h, columns · w, c] -> [b · rows · columns, h, w, c] */
function tiles(x: Tensor4D, [h, w]: readonly [number, number]): Tensor4D {
  const [b, height, width, c] = x.shape;
  const [rows, columns] = [height / h, width / w];
  const bands = transpose(reshape(x, [b * rows, h, columns, w * c]), [0, 2, 1, 3]); // [b · rows, columns, h, w · c]
  return reshape(bands, [b * rows * columns, h, w, c]);
}
