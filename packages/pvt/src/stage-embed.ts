import { type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import {
  type Context,
  Conv2d,
  type Description,
  LayerNorm,
  Module,
  type Shape,
  kaimingNormal,
  output,
  within,
  zeros,
} from "@tessera/core";
import { type PvtConfig, epsilonsOf } from "./config.ts";
import { embedWindow } from "./grids.ts";

/** How a stage begins: its patches of the map before, each a token by a convolution and a norm. */
export class StageEmbed extends Module {
  readonly proj: Conv2d;
  readonly norm: LayerNorm;

  constructor(config: PvtConfig, stage: number) {
    super();
    const { version, widths, channels = 3 } = config;
    const [inputs, outputs] = [stage === 0 ? channels : widths[stage - 1]!, widths[stage]!];
    this.proj = new Conv2d({ inputs, outputs, ...embedWindow(version, stage), ...convolutionInit(version) });
    this.norm = new LayerNorm(outputs, epsilonsOf(config).afterConvolution);
  }

  /** [b, h, w, in] -> [b, h′, w′, d] */
  forward(x: Tensor4D, ctx: Context = {}): Tensor4D {
    return tidy(() => {
      const patches = this.proj.forward(x, within(ctx, "proj"));
      return output(ctx, this.norm.forward(patches, within(ctx, "norm")));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: child(this.norm, child(this.proj, input)) };
  }
}

/** How the authors start convolutions: version 1 as PyTorch does, version 2 as ResNets, without bias. */
export function convolutionInit(version: 1 | 2) {
  return version === 1 ? {} : { init: kaimingNormal, biasInit: zeros };
}
