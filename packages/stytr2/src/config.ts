/** What fixes StyTr2's parameters and arithmetic. */
export interface StyTr2Config {
  /** Of a token. */
  width: number;
  /** Of attention; they share the width evenly. */
  heads: number;
  /** Width between the two layers of the MLPs. */
  mlpDim: number;
  /** Layers of each of the two encoders. */
  encoderDepth: number;
  /** Layers that look from content to style. */
  decoderDepth: number;
  /** Channels of the network that draws, after each doubling of the sides. */
  drawingWidths: readonly [number, number, number];
  /** After attention and within the MLPs, while training. @default 0 */
  dropout?: number;
}

/** The published model: Deng et al. 2022, section 4.1; 35,394,115 parameters. */
export const styTr2Config: StyTr2Config = {
  width: 512,
  heads: 8,
  mlpDim: 2048,
  encoderDepth: 3,
  decoderDepth: 3,
  drawingWidths: [256, 128, 64],
  dropout: 0.1,
};
