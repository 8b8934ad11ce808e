import type { Tensor } from "@tensorflow/tfjs-core";

/** Updates parameters from gradients, one op a parameter. */
export interface Optimizer {
  readonly name: string;
  /** Updates that were made. */
  readonly steps: number;
  /**
   * One update of the parameters whose paths have a gradient; the others are left alone. `rate` is the schedule's of this step,
   * which groups scale. The gradients stay the caller's.
   *
   * @throws {TesseraError} at a path that is no parameter's, before anything changes.
   */
  step(gradients: ReadonlyMap<string, Tensor>, rate: number, options?: StepOptions): void;
  /** State by name (`exp_avg/blocks.0…`), owned by the optimiser, for checkpoints. Empty before the first step. */
  state(): Map<string, Tensor>;
  /**
   * Goes on from saved state, of which it takes all or nothing; the tensors stay the caller's.
   *
   * @throws {TesseraError} listing names and shapes that do not fit.
   */
  restore(state: ReadonlyMap<string, Tensor>, steps: number): void;
  /** Frees the state; parameters stay. */
  dispose(): void;
}

export interface StepOptions {
  /** Multiplies every gradient as it is read: clipping (`clipFactor`), or the mean of accumulated ones. @default 1 */
  scale?: number;
}

/** What differs between parameters. */
export interface ParamGroup {
  /** Multiplies the rate. */
  rateScale: number;
  weightDecay: number;
}

/** By parameter path. */
export type ParamGroups = ReadonlyMap<string, ParamGroup>;

/** What every optimiser takes. */
export interface OptimizerOptions {
  /** Of parameters that no group names. @default 0 */
  weightDecay?: number;
  /** Parameters with a rate or weight decay of their own, by path. */
  groups?: ParamGroups;
}
