import type { Tensor3D } from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  EncoderBlock,
  Mlp,
  Module,
  type Shape,
  dropPathRates,
  repeat,
  within,
} from "@tessera/core";
import { SpatialReductionAttention } from "./attention.ts";
import { type PvtConfig, epsilonsOf } from "./config.ts";
import { ConvolutionalMlp } from "./convolutional-mlp.ts";

/** The blocks of a stage, all of one width and on one grid. */
export class Blocks extends Module {
  readonly self: EncoderBlock[];

  constructor(config: PvtConfig, stage: number) {
    super();
    const { depths, dropPath = 0 } = config;
    const before = depths.slice(0, stage).reduce((sum, depth) => sum + depth, 0);
    const total = depths.reduce((sum, depth) => sum + depth);
    const rates = dropPathRates(dropPath, total).slice(before);
    this.self = repeat(depths[stage]!, (i) => blockOf(config, stage, rates[i]!));
  }

  /** [b, n, d] -> [b, n, d]; what lies between two blocks is freed on the way, so that memory does not grow with depth. */
  forward(x: Tensor3D, ctx: Context, grid: readonly [number, number]): Tensor3D {
    let current = x;
    for (const [i, block] of this.self.entries()) {
      const next = block.forward(current, within(ctx, String(i)), { grid });
      if (i > 0) current.dispose();
      current = next;
    }
    return current;
  }

  /** `input` is the shape of the tokens, in their places but for those of version 1's last stage. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    for (const block of this.self) child(block, input);
    return { output: input };
  }
}

function blockOf(config: PvtConfig, stage: number, dropPath: number): EncoderBlock {
  const { version, activation, linear = false } = config;
  const [width, heads] = [config.widths[stage]!, config.heads[stage]!];
  const mlp = { width, hidden: Math.floor(width * config.mlpRatios[stage]!), activation };
  return new EncoderBlock({
    width,
    heads,
    dropPath,
    epsilon: epsilonsOf(config).others,
    attn: new SpatialReductionAttention(config, stage),
    mlp: version === 1 ? new Mlp(mlp) : new ConvolutionalMlp({ ...mlp, relu: linear }),
  });
}
