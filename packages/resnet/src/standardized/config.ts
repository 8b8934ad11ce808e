import type { StandardizationRule } from "@tessera/core";

/** What fixes the layers of a ResNet with standardised weights and group norm. */
export interface StandardizedConfig {
  /** Bottlenecks of each stage; none at all leaves the root alone. */
  depths: readonly number[];
  /** Channels that each stage gives. @default [256, 512, 1024, 2048], as many as there are stages */
  widths?: readonly number[];
  /** Channels that the root gives. @default 64 */
  stem?: number;
  /** @default 3 */
  channels?: number;
  /** Of every norm. @default 32 */
  groups?: number;
  /** ε of every norm. @default 1e-5 */
  epsilon?: number;
  /** How weights are standardised. @default "timm" */
  rule?: StandardizationRule;
  /** Drop path of the last block; it grows from 0 over the blocks. @default 0 */
  dropPath?: number;
}
