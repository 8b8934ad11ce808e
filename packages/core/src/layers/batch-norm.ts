import { type Tensor, type Tensor1D, mul, tidy } from "@tensorflow/tfjs-core";
import { type Context, output } from "../context.ts";
import { ShapeError } from "../errors.ts";
import { type Initializer, ones, zeros } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { type Activation, activate } from "../ops/activation.ts";
import { averageUpdate } from "../ops/average-update.ts";
import { type BatchNormOptions, batchNorm, batchStatistics } from "../ops/batch-norm.ts";
import { unrecorded } from "../ops/dispatch.ts";
import { Param } from "../param.ts";
import type { Shape } from "../shape.ts";

export interface BatchNormConfig {
  /** @default 1e-5 */
  epsilon?: number;
  /** Share of a batch in the running statistics. @default 0.1 */
  momentum?: number;
  /**
   * Takes the running statistics while training too, and leaves them as they are; weight and bias are buffers like them, which
   * nothing trains or counts: torchvision's `FrozenBatchNorm2d`, as in DETR's backbone. @default false
   */
  frozen?: boolean;
  /** Of the weight. @default ones */
  init?: Initializer;
}

/**
 * Batch norm over all axes but the last: Ioffe and Szegedy 2015, with PyTorch's running statistics. While training it
 * normalises by the batch and takes its mean and unbiased variance into them; else it normalises by them.
 */
export class BatchNorm extends Module {
  readonly width: number;
  readonly config: Required<Omit<BatchNormConfig, "init">>;
  readonly weight: Param;
  readonly bias: Param;
  readonly runningMean: Param;
  readonly runningVar: Param;

  constructor(width: number, { epsilon = 1e-5, momentum = 0.1, frozen = false, init = ones }: BatchNormConfig = {}) {
    super();
    this.width = width;
    this.config = { epsilon, momentum, frozen };
    this.weight = new Param([width], init, { buffer: frozen });
    this.bias = new Param([width], zeros, { buffer: frozen });
    this.runningMean = new Param([width], zeros, { buffer: true });
    this.runningVar = new Param([width], ones, { buffer: true });
  }

  /**
   * [..., c] -> [..., c]
   * @throws {ShapeError} while training on one value a channel, which has no variance.
   */
  forward<T extends Tensor>(x: T, ctx: Context = {}, activation: Activation = "none"): T {
    return tidy(() => {
      const options = { ...this.statistics(x, ctx), ...this.weights(), epsilon: this.config.epsilon };
      // Looked at, it shows what PyTorch's module shows: the values before the activation.
      if (ctx.capture) return activate(output(ctx, batchNorm(x, options)), activation);
      return batchNorm(x, { ...options, activation });
    });
  }

  private weights(): { gamma: Tensor1D; beta: Tensor1D } {
    return { gamma: this.weight.value as Tensor as Tensor1D, beta: this.bias.value as Tensor as Tensor1D };
  }

  private statistics(x: Tensor, { training }: Context): Pick<BatchNormOptions, "mean" | "variance" | "ofBatch"> {
    if (training && !this.config.frozen) return { ...this.ofBatch(x), ofBatch: true };
    const [mean, variance] = [this.runningMean.value as Tensor, this.runningVar.value as Tensor];
    return { mean: mean as Tensor1D, variance: variance as Tensor1D };
  }

  /** Statistics of the batch, which the running ones take in. */
  private ofBatch(x: Tensor) {
    const count = x.size / this.width;
    if (count < 2)
      throw new ShapeError(
        `BatchNorm: expected at least two values a channel while training, got [${x.shape.join(", ")}]; take a larger batch`,
      );
    const { mean, variance } = batchStatistics(x);
    unrecorded(() => {
      const decay = 1 - this.config.momentum;
      averageUpdate(this.runningMean.value, mean, decay);
      averageUpdate(this.runningVar.value, mul(variance, count / (count - 1)), decay);
    });
    return { mean, variance };
  }

  override describe(input: Shape): Description {
    return { output: input };
  }
}
