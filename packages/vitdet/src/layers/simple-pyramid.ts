import { type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  LayerNorm,
  Module,
  type Shape,
  activate,
  maxPool,
  output,
  within,
} from "@tessera/core";
import type { VitDetConfig } from "../config.ts";
import { PlainBackbone } from "./backbone.ts";
import { Doubling, NormedConv } from "./convolutions.ts";

/** Pixels to a place of p2 to p6. */
export const STRIDES = [4, 8, 16, 32, 64] as const;

/** Parts by their number in checkpoints; what has no parameters is missing. */
type Parts = readonly (Doubling | LayerNorm | NormedConv | undefined)[];

/**
 * Five maps of the last one of a plain ViT, with nothing from the blocks before: Li et al. 2022, figure 2 (c). Paths are detectron2's.
 */
export class SimplePyramid extends Module {
  readonly net: PlainBackbone;
  readonly simfp_2: Parts;
  readonly simfp_3: Parts;
  readonly simfp_4: Parts;
  readonly simfp_5: Parts;

  constructor(config: VitDetConfig) {
    super();
    const { width: d, channels } = config;
    const end = (inputs: number) => [new NormedConv(inputs, channels, 1), new NormedConv(channels, channels, 3)];
    this.net = new PlainBackbone(config);
    this.simfp_2 = [new Doubling(d, d / 2), new LayerNorm(d / 2), undefined, new Doubling(d / 2, d / 4), ...end(d / 4)];
    this.simfp_3 = [new Doubling(d, d / 2), ...end(d / 2)];
    this.simfp_4 = end(d);
    this.simfp_5 = [undefined, ...end(d)];
  }

  /** [b, h, w, 3] -> five [b, h′, w′, channels] */
  forward(images: Tensor4D, ctx: Context = {}): Tensor4D[] {
    return tidy(() => {
      const map = this.net.forward(images, within(ctx, "net"));
      const halved = maxPool(map, { size: 2 });
      const maps = [map, map, map, halved].map((from, i) =>
        output(within(ctx, `p${i + 2}`), through(this.levels[i]!, from, within(ctx, `simfp_${i + 2}`))),
      );
      const last = output(within(ctx, "p6"), maxPool(maps[3]!, { size: 1, stride: 2 }));
      return [...maps, last];
    });
  }

  private get levels(): readonly Parts[] {
    return [this.simfp_2, this.simfp_3, this.simfp_4, this.simfp_5];
  }

  /** The output is that of p5. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, h = 1, w = 1, d = 1] = child(this.net, input);
    const froms = [0, 0, 0, 1].map((halvings) => [b, h >> halvings, w >> halvings, d]);
    const maps = this.levels.map((parts, i) =>
      parts.reduce<Shape>((shape, part) => (part ? child(part, shape) : shape), froms[i]!),
    );
    return { output: maps.at(-1)! };
  }
}

/** The norm of p2 is followed by a GELU. */
function through(parts: Parts, x: Tensor4D, ctx: Context): Tensor4D {
  return parts.reduce((y, part, i) => {
    const next: Tensor4D = part ? part.forward(y, within(ctx, String(i))) : y;
    return part instanceof LayerNorm ? activate(next, "gelu") : next;
  }, x);
}
