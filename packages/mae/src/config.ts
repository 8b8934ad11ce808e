import type { OptionNames } from "@tessera/core";

/** What fixes a masked autoencoder's parameters and arithmetic. */
export interface MaeConfig {
  /** Pixels; [height, width] or a side. Other sizes are taken too: positions come from a formula. */
  imageSize: number | readonly [number, number];
  /** Pixels of a side. */
  patchSize: number;
  /** Of the encoder's tokens. */
  width: number;
  /** Blocks of the encoder. */
  depth: number;
  /** Of the encoder's attention; they share its width evenly. */
  heads: number;
  /** Width inside the encoder's MLPs. @default 4 · width */
  mlpDim?: number;
  /** Of the decoder's tokens. */
  decoderWidth: number;
  /** Blocks of the decoder. */
  decoderDepth: number;
  /** Of the decoder's attention; they share its width evenly. */
  decoderHeads: number;
  /** Width inside the decoder's MLPs. @default 4 · decoderWidth */
  decoderMlpDim?: number;
  /** @default 3 */
  channels?: number;
  /** ε of every layer norm. @default 1e-6 */
  epsilon?: number;
  /**
   * Each patch that the loss asks for is standardised by its own mean and variance. Features become better by it; but a model trained
   * so says nothing of a hidden patch's brightness and contrast, so for pictures it is of no use. @default false
   */
  normalizedPixels?: boolean;
}

/** What `createMae` takes. */
export const maeOptions: OptionNames<MaeConfig> = {
  imageSize: true,
  patchSize: true,
  width: true,
  depth: true,
  heads: true,
  mlpDim: true,
  decoderWidth: true,
  decoderDepth: true,
  decoderHeads: true,
  decoderMlpDim: true,
  channels: true,
  epsilon: true,
  normalizedPixels: true,
};
