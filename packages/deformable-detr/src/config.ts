import type { OptionNames } from "@tessera/core";
import type { DetrResNet } from "@tessera/detr";

/** What fixes Deformable DETR's parameters and arithmetic behind its backbone. */
export interface DeformableDetrConfig {
  /** Kinds of objects; there is none for "no object". */
  classes: number;
  /** Most objects that can be found in a picture. */
  queries: number;
  /** Of a token. */
  width: number;
  /** Of attention; they share the width evenly. */
  heads: number;
  /** Maps that are looked at: those of the backbone, and smaller ones made of its last. */
  levels: number;
  /** Places of each map that a head of a query looks at. */
  points: number;
  encoderDepth: number;
  decoderDepth: number;
  /** Width between the two layers of the MLPs. */
  mlpDim: number;
  /** Each layer of the decoder moves the boxes of the one before, by heads of its own. @default false */
  refine?: boolean;
  /** Queries begin where the encoder's tokens say that objects are; `refine` comes with it. @default false */
  twoStage?: boolean;
  /** Of attention's weights between queries, after each part of a layer and within the MLPs, while training. @default 0 */
  dropout?: number;
}

/** That of a whole model by its name: its backbone is a ResNet. */
export interface DeformableDetrModelConfig extends DeformableDetrConfig {
  backbone: DetrResNet;
}

/** What `createDeformableDetr` takes. */
export const deformableDetrOptions: OptionNames<DeformableDetrModelConfig> = {
  classes: true,
  queries: true,
  width: true,
  heads: true,
  levels: true,
  points: true,
  encoderDepth: true,
  decoderDepth: true,
  mlpDim: true,
  refine: true,
  twoStage: true,
  dropout: true,
  backbone: true,
};
