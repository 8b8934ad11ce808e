import type { OptionNames } from "@tessera/core";

/** What fixes a ResNet's parameters and arithmetic. */
export interface ResNetConfig {
  /** Pixels; [height, width] or a side. The native size: any other is taken as it is. */
  imageSize: number | readonly [number, number];
  /** Two 3 × 3 convolutions, or 1 × 1, 3 × 3 and 1 × 1 of four times the width. */
  block: "basic" | "bottleneck";
  /** Blocks of each of the four stages. */
  depths: readonly [number, number, number, number];
  /** Channels of the stages' 3 × 3 convolutions. @default [64, 128, 256, 512] */
  widths?: readonly [number, number, number, number];
  /** 0: no head, `forward` gives the pooled features. */
  classes: number;
  /** Channels of the stem's convolution. @default 64 */
  stemWidth?: number;
  /** @default 3 */
  channels?: number;
  /**
   * `large`: a 7 × 7 convolution in steps of two and max pooling, so that the first stage sees a quarter of the side; `small`,
   * for pictures of 32 pixels: a 3 × 3 convolution, and the first stage sees them whole. @default "large"
   */
  stem?: "large" | "small";
  /** Pixels to a place of the last stage; below 32 the last stages are dilated instead: 16 is DETR's DC5. @default 32 */
  outputStride?: 8 | 16 | 32;
  /**
   * Normalises by the running statistics while training too, and leaves them; the norms' weights and biases are buffers like them.
   * @default false
   */
  frozenNorm?: boolean;
  /** ε of every batch norm. @default 1e-5 */
  epsilon?: number;
  /** Before the head while training. @default 0 */
  dropout?: number;
  /** Of the last block; it grows from 0 over the blocks. @default 0 */
  dropPath?: number;
}

/** What `createResNet` takes. */
export const resnetOptions: OptionNames<ResNetConfig> = {
  imageSize: true,
  block: true,
  depths: true,
  widths: true,
  stemWidth: true,
  classes: true,
  channels: true,
  stem: true,
  outputStride: true,
  frozenNorm: true,
  epsilon: true,
  dropout: true,
  dropPath: true,
};
