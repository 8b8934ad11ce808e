import type { OptionNames } from "@tessera/core";

/** What fixes a network's parameters and arithmetic. */
export interface AirbenchConfig {
  /** Pixels; [height, width] or a side. The native size: any other that three poolings leave 3 × 3 places of, or more, is taken. */
  imageSize: number | readonly [number, number];
  /** Channels of the three groups. */
  widths: readonly [number, number, number];
  /** Convolutions of a group. From the third on, all but the first are a residual branch. @default 2 */
  depth?: 2 | 3;
  /** 0: no head, `forward` gives the pooled features. */
  classes: number;
  /** @default 3 */
  channels?: number;
  /** Share of a batch in the running statistics. @default 0.4 */
  momentum?: number;
  /** ε of every batch norm. @default 1e-5 */
  epsilon?: number;
  /** Before the head while training. @default 0 */
  dropout?: number;
  /** What the scores are divided by, so that they grow slowly. @default 9 */
  headDivisor?: number;
}

/** What `createAirbench` takes. */
export const airbenchOptions: OptionNames<AirbenchConfig> = {
  imageSize: true,
  widths: true,
  depth: true,
  classes: true,
  channels: true,
  momentum: true,
  epsilon: true,
  dropout: true,
  headDivisor: true,
};
