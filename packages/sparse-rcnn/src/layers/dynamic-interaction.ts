import { type Tensor2D, type Tensor3D, matMul, relu, reshape, slice, tidy } from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  LayerNorm,
  Linear,
  Module,
  type Shape,
  output,
  within,
  xavierUniform,
} from "@tessera/core";

/** ε of every norm, PyTorch's own. */
export const EPSILON = 1e-5;

export interface DynamicInteractionConfig {
  /** Of a proposal's features, and of the places of its region. */
  width: number;
  /** Between the two layers. */
  dynamicWidth: number;
  /** Places of a region. */
  places: number;
}

/**
 * Two layers that each proposal makes for its own region, and a third that makes the region one vector again: Sun et al. 2021, figure 4
 * and appendix A.
 */
export class DynamicInteraction extends Module {
  readonly config: DynamicInteractionConfig;
  readonly dynamicLayer: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly outLayer: Linear;
  readonly norm3: LayerNorm;

  constructor(config: DynamicInteractionConfig) {
    super();
    const { width, dynamicWidth, places } = config;
    this.config = config;
    this.dynamicLayer = new Linear(width, 2 * width * dynamicWidth, { init: xavierUniform });
    this.norm1 = new LayerNorm(dynamicWidth, EPSILON);
    this.norm2 = new LayerNorm(width, EPSILON);
    this.outLayer = new Linear(places * width, width, { init: xavierUniform });
    this.norm3 = new LayerNorm(width, EPSILON);
  }

  /** proposals [m, d], their regions [m, places, d] -> [m, d] */
  forward(proposals: Tensor2D, regions: Tensor3D, ctx: Context = {}): Tensor2D {
    const { width, dynamicWidth, places } = this.config;
    const m = proposals.shape[0];
    const size = width * dynamicWidth;
    return tidy(() => {
      const made = this.dynamicLayer.forward(proposals, within(ctx, "dynamic_layer"));
      const first = reshape(slice(made, [0, 0], [m, size]), [m, width, dynamicWidth]);
      const second = reshape(slice(made, [0, size], [m, size]), [m, dynamicWidth, width]);
      const narrow = relu(this.norm1.forward(matMul(regions, first), within(ctx, "norm1"))); // [m, places, dynamic]
      const wide = relu(this.norm2.forward(matMul(narrow, second), within(ctx, "norm2"))); // [m, places, d]
      const joined = this.outLayer.forward<Tensor2D>(reshape(wide, [m, places * width]), within(ctx, "out_layer"));
      return output(ctx, relu(this.norm3.forward(joined, within(ctx, "norm3"))));
    });
  }

  /** `input` is the shape of the proposals. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const { width, dynamicWidth, places } = this.config;
    const [m = 1] = input;
    child(this.dynamicLayer, input);
    child(this.norm1, [m, places, dynamicWidth]);
    child(this.norm2, [m, places, width]);
    const joined = child(this.norm3, child(this.outLayer, [m, places * width]));
    return { output: joined, macs: 2 * m * places * width * dynamicWidth };
  }
}
