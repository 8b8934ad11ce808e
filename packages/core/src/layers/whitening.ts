import { type Tensor, type Tensor2D, type Tensor4D, div, matMul, reshape, tidy } from "@tensorflow/tfjs-core";
import { type Context, output } from "../context.ts";
import { torchUniform, zeros } from "../init/initializers.ts";
import { symmetricEigen } from "../init/symmetric-eigen.ts";
import { type Description, Module } from "../module.ts";
import type { Activation } from "../ops/activation.ts";
import { convolution } from "../ops/convolution.ts";
import { patchify } from "../ops/patchify.ts";
import { Param } from "../param.ts";
import { type Shape, pair, sizeOf, sizes } from "../shape.ts";

export interface WhiteningConfig {
  /** @default 3 */
  channels?: number;
  /** Pixels of a patch; [height, width] or a side. */
  size: number | readonly [number, number];
  /** Keeps directions in which patches hardly differ from being blown up. @default 5e-4 */
  epsilon?: number;
}

/**
 * A convolution whose filters are the directions in which small patches of the training pictures differ, each scaled so that it
 * varies by one, and each with its opposite: Page 2019 (myrtle.ai), Jordan 2024. Networks learn faster from pixels that are
 * independent. The filters come from pictures, by `initFromImages`, and are not trained.
 */
export class Whitening extends Module {
  readonly config: WhiteningConfig;
  readonly outputs: number;
  readonly weight: Param;
  readonly bias: Param;

  constructor(config: WhiteningConfig) {
    super();
    this.config = config;
    const shape = [config.channels ?? 3, ...pair(config.size)];
    this.outputs = 2 * sizeOf(shape);
    this.weight = new Param([this.outputs, ...shape], torchUniform(sizeOf(shape)), { buffer: true });
    this.bias = new Param([this.outputs], zeros);
  }

  /** Patches side by side, one at each pixel: [b, h, w, c] -> [b, h − size + 1, w − size + 1, 2 · size² · c] */
  forward(images: Tensor4D, ctx: Context = {}, activation: Activation = "none"): Tensor4D {
    const weight = this.weight.value as Tensor as Tensor4D;
    return tidy(() => output(ctx, convolution(images, weight, { bias: this.bias.value as never, activation })));
  }

  /** Takes the filters from pictures as the model sees them: [b, h, w, c], a few thousand. */
  override async initFromImages(images: Tensor4D): Promise<void> {
    const { size, channels = 3, epsilon = 5e-4 } = this.config;
    sizes(images, ["b", "h", "w", channels], "Whitening");
    const n = this.outputs / 2;
    const moments = tidy(() => {
      const patches = reshape(patchify(images, { patchSize: pair(size), stride: [1, 1] }), [-1, n]) as Tensor2D;
      return div(matMul(patches, patches, true, false), patches.shape[0]);
    });
    const { values, vectors } = symmetricEigen(await moments.data(), n);
    moments.dispose();
    const weight = new Float32Array(2 * n * n);
    for (const [i, vector] of vectors.entries()) {
      const scale = 1 / Math.sqrt(Math.max(values[i]!, 0) + epsilon);
      for (const [k, value] of vector.entries()) {
        weight[i * n + k] = scale * value;
        weight[(n + i) * n + k] = -scale * value;
      }
    }
    this.weight.set(weight);
  }

  override describe([b = 1, h = 1, w = 1]: Shape): Description {
    const [height, width] = pair(this.config.size);
    const grid = [h - height + 1, w - width + 1];
    return { output: [b, ...grid, this.outputs], macs: b * sizeOf(grid) * this.weight.size };
  }
}
