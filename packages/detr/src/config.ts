import type { OptionNames } from "@tessera/core";
import type { ResNetConfig } from "@tessera/resnet";

/** What fixes DETR's parameters and arithmetic behind its backbone. */
export interface DetrConfig {
  /** Kinds of objects; the head has one output more, the last, for "no object". */
  classes: number;
  /** Most objects that can be found in a picture. */
  queries: number;
  /** Of a token. */
  width: number;
  /** Of attention; they share the width evenly. */
  heads: number;
  encoderDepth: number;
  decoderDepth: number;
  /** Width between the two layers of the MLPs. */
  mlpDim: number;
  /** Of attention's weights, after each part of a layer and within the MLPs, while training. @default 0 */
  dropout?: number;
}

/** The ResNet of a DETR, without a head. */
export interface DetrResNet extends Pick<ResNetConfig, "block" | "depths" | "widths" | "stemWidth" | "outputStride"> {
  /** Whether its norms are as they are loaded; from scratch they have to learn. @default true */
  frozenNorm?: boolean;
}

/** That of a whole model by its name: its backbone is a ResNet. */
export interface DetrModelConfig extends DetrConfig {
  backbone: DetrResNet;
}

/** What `createDetr` takes. */
export const detrOptions: OptionNames<DetrModelConfig> = {
  classes: true,
  queries: true,
  width: true,
  heads: true,
  encoderDepth: true,
  decoderDepth: true,
  mlpDim: true,
  dropout: true,
  backbone: true,
};
