import { type Tensor3D, type Tensor4D, reshape, tidy } from "@tensorflow/tfjs-core";
import { type Context, Conv2d, type Description, Module, type Shape, ShapeError, type TokenEmbedding, output, pair, within } from "@tessera/core"; // prettier-ignore
import { Root, type StandardizedConfig, StandardizedResNet } from "@tessera/resnet";
import type { HybridConfig } from "./config.ts";

/**
 * Tokens from the map of a network of convolutions, in place of the image: Dosovitskiy et al. 2021, section 3.1, "Hybrid
 * Architecture". Each patch of the map is one token by a linear layer.
 */
export class HybridEmbed extends Module implements TokenEmbedding {
  readonly config: HybridConfig;
  readonly backbone: Root | StandardizedResNet;
  readonly proj: Conv2d;

  /** @throws {ShapeError} if an image of the native size leaves no token. */
  constructor(config: HybridConfig) {
    super();
    this.config = config;
    const { width, patchSize, backbone, channels } = config;
    const layers: StandardizedConfig = { ...backbone, channels, ...arithmeticOf(config) };
    const isRoot = backbone.depths.length === 0;
    this.backbone = isRoot ? new Root(layers) : new StandardizedResNet(layers);
    const inputs = this.backbone instanceof Root ? (backbone.stem ?? 64) : this.backbone.outputs;
    this.proj = new Conv2d({ inputs, outputs: width, size: patchSize, stride: patchSize });
    this.gridOf(pair(config.imageSize));
  }

  get grid(): [number, number] {
    return this.gridOf(pair(this.config.imageSize));
  }

  gridOf(image: readonly [number, number]): [number, number] {
    const along = (pixels: number) => Math.floor(this.backbone.along(pixels) / this.config.patchSize);
    const grid: [number, number] = [along(image[0]), along(image[1])];
    if (grid[0] < 1 || grid[1] < 1)
      throw new ShapeError(
        `HybridEmbed: expected an image that leaves a token, got ${image[0]}×${image[1]}; enlarge it`,
      );
    return grid;
  }

  /** [b, h, w, c] -> [b, rows · columns, d] */
  forward(images: Tensor4D, ctx: Context = {}): Tensor3D {
    this.gridOf([images.shape[1], images.shape[2]]);
    return tidy(() => {
      const map = this.proj.forward(this.backbone.forward(images, within(ctx, "backbone")), within(ctx, "proj"));
      const [b, h, w, d] = map.shape;
      return output(ctx, reshape(map, [b, h * w, d]));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, h = 1, w = 1, d = 1] = child(this.proj, child(this.backbone, input));
    return { output: [b, h * w, d] };
  }
}

function arithmeticOf({ arithmetic = "timm" }: HybridConfig): Pick<StandardizedConfig, "epsilon" | "rule"> {
  return { rule: arithmetic, epsilon: arithmetic === "google" ? 1e-6 : 1e-5 };
}
