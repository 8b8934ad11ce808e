import { type Tensor3D, mul, reshape, sigmoid, tensor1d, tensor2d, tidy, transpose } from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  Linear,
  Module,
  type Shape,
  activate,
  gatherRows,
  output,
  relativeIndex,
  within,
} from "@tessera/core";

export interface ContinuousPositionBiasConfig {
  /** [rows, columns] */
  window: readonly [number, number];
  /** Each has a bias of its own. */
  heads: number;
  /** Side of the windows before fine-tuning, to which displacements refer; 0 for the window itself. @default 0 */
  pretrainedWindow?: number | undefined;
}

/** Units between the MLP's layers. */
const HIDDEN = 512;

/**
 * A number per head and displacement of two tokens that a small MLP computes, so that it follows when windows grow:
 * 16 · sigmoid(W₂ relu(W₁ Δ + b)) with Δ = sign(δ) log₂(1 + |δ|) / 3 and δ from −8 to 8. Liu et al. 2022 (Swin v2), section 3.3.
 */
export class ContinuousPositionBias extends Module {
  override readonly flatten = true;
  readonly config: ContinuousPositionBiasConfig;
  readonly cpbMlp: readonly [Linear, "relu", Linear];
  /** Computed when they are first needed: they are large, and a declared model may never run. */
  #coordinates: Float32Array | undefined;
  #index: Int32Array | undefined;

  constructor(config: ContinuousPositionBiasConfig) {
    super();
    this.config = config;
    this.cpbMlp = [new Linear(2, HIDDEN), "relu", new Linear(HIDDEN, config.heads, { bias: false })];
  }

  /** [heads, area, area] */
  bias(ctx: Context = {}): Tensor3D {
    const { window, heads } = this.config;
    const area = window[0] * window[1];
    const coordinates = (this.#coordinates ??= logCoordinates(this.config));
    const index = (this.#index ??= relativeIndex(window));
    return tidy(() => {
      const [first, activation, last] = this.cpbMlp;
      const hidden = activate(first.forward(tensor2d(coordinates, [coordinates.length / 2, 2])), activation);
      const table = output(within(ctx, "cpb_mlp"), last.forward(hidden)); // [displacements, heads]
      const rows = gatherRows(mul(sigmoid(table), 16), tensor1d(index, "int32"));
      return transpose(reshape(rows, [area, area, heads]), [2, 0, 1]);
    });
  }

  override describe(_: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [first, , last] = this.cpbMlp;
    const [h, w] = this.config.window;
    return { output: child(last, child(first, [(2 * h - 1) * (2 * w - 1), 2])) };
  }
}

/** Displacements down and to the right, from the largest up and left on, as the MLP takes them. [(2h − 1)(2w − 1) · 2] */
export function logCoordinates({
  window: [h, w],
  pretrainedWindow = 0,
}: Pick<ContinuousPositionBiasConfig, "window" | "pretrainedWindow">): Float32Array {
  // A window of one token has no displacement but 0.
  const along = (displacement: number, size: number) => {
    const share = (8 * displacement) / Math.max(1, (pretrainedWindow || size) - 1);
    return (Math.sign(share) * Math.log2(1 + Math.abs(share))) / Math.log2(8);
  };
  return Float32Array.from({ length: (2 * h - 1) * (2 * w - 1) * 2 }, (_, i) => {
    const [down, right] = [Math.floor(i / 2 / (2 * w - 1)), Math.floor(i / 2) % (2 * w - 1)];
    return i % 2 === 0 ? along(down - (h - 1), h) : along(right - (w - 1), w);
  });
}
