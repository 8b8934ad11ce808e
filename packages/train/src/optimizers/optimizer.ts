import type { Tensor } from "@tensorflow/tfjs-core";

/** Updates parameters from gradients, one op a parameter. */
export interface Optimizer {
  readonly name: string;
  /** `rate` is the schedule's learning rate of this step; groups scale it. Paths without gradient are left alone. */
  step(gradients: ReadonlyMap<string, Tensor>, rate: number): void;
  /** State by name (`exp_avg/blocks.0…`), owned by the optimiser, for checkpoints. */
  state(): Map<string, Tensor>;
  /** Takes saved state; all or nothing. */
  restore(state: ReadonlyMap<string, Tensor>, steps: number): void;
  readonly steps: number;
  dispose(): void;
}
