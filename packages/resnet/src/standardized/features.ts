import { type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import { type Context, type Description, Module, type Shape, dropPathRates, output, within } from "@tessera/core";
import { Bottleneck } from "./bottleneck.ts";
import type { StandardizedConfig } from "./config.ts";
import { Root } from "./root.ts";

const WIDTHS = [256, 512, 1024, 2048];

/** Blocks on one grid. */
class Stage extends Module {
  readonly blocks: Bottleneck[];

  constructor(blocks: Bottleneck[]) {
    super();
    this.blocks = blocks;
  }

  forward(x: Tensor4D, ctx: Context = {}): Tensor4D {
    return tidy(() => {
      let y = x;
      for (const [i, block] of this.blocks.entries()) y = block.forward(y, within(ctx, `blocks.${i}`));
      return output(ctx, y);
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: this.blocks.reduce<Shape>((shape, block) => child(block, shape), input) };
  }
}

/**
 * The layers of a ResNet with standardised weights and group norm, without pooling and head: what Google's hybrids begin with.
 * Parameters have the paths of timm's ResNetV2. https://github.com/google-research/vision_transformer
 */
export class StandardizedResNet extends Module {
  readonly config: StandardizedConfig;
  readonly stem: Root;
  readonly stages: Stage[];

  constructor(config: StandardizedConfig) {
    super();
    const { depths, widths = WIDTHS, stem = 64, groups, epsilon, rule, dropPath = 0 } = config;
    this.config = config;
    this.stem = new Root(config);
    const rates = dropPathRates(
      dropPath,
      depths.reduce((sum, depth) => sum + depth, 0),
    ).values();
    let inputs = stem;
    this.stages = depths.map((depth, stage) => {
      const outputs = widths[stage]!;
      const blocks = Array.from({ length: depth }, (_, i) => {
        const stride = i === 0 && stage > 0 ? 2 : 1;
        const block = new Bottleneck({ inputs, outputs, stride, rule, norm: { groups, epsilon }, dropPath: rates.next().value! }); // prettier-ignore
        inputs = outputs;
        return block;
      });
      return new Stage(blocks);
    });
  }

  /** Channels of the map. */
  get outputs(): number {
    const { depths, widths = WIDTHS } = this.config;
    return widths[depths.length - 1]!;
  }

  /** [b, h, w, c] -> [b, h′, w′, outputs] */
  forward(images: Tensor4D, ctx: Context = {}): Tensor4D {
    return tidy(() => {
      let x = this.stem.forward(images, within(ctx, "stem"));
      for (const [i, stage] of this.stages.entries()) x = stage.forward(x, within(ctx, `stages.${i}`));
      return output(ctx, x);
    });
  }

  /** Rows or columns of the map of so many pixels. */
  along(pixels: number): number {
    return this.stages.slice(1).reduce((rest) => Math.ceil(rest / 2), this.stem.along(pixels));
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: [this.stem, ...this.stages].reduce<Shape>((shape, part) => child(part, shape), input) };
  }
}
