import type { OptionNames } from "@tessera/core";
import type { ResNetConfig } from "@tessera/resnet";

/** What fixes Sparse R-CNN's parameters and arithmetic behind its backbone. */
export interface SparseRcnnConfig {
  /** Kinds of objects. */
  classes: number;
  /** Most boxes that are followed through the stages. */
  proposals: number;
  /** Stages, each of which refines the boxes of the one before. */
  stages: number;
  /** Of a proposal's features, and channels of the pyramid. */
  width: number;
  /** Of attention among proposals; they share the width evenly. */
  heads: number;
  /** Width between the two layers of the MLPs. */
  mlpDim: number;
  /** Width between the two layers that a proposal makes for its own region. */
  dynamicWidth: number;
  /** Side of a box, in pixels, that is taken from the pyramid's third map. @default 224 */
  canonicalSize?: number;
}

/** The ResNet of a Sparse R-CNN, without a head. */
export interface SparseResNet extends Pick<ResNetConfig, "block" | "depths" | "widths" | "stemWidth"> {
  /** Whether its norms are as they are loaded; from scratch they have to learn. @default true */
  frozenNorm?: boolean;
}

/** That of a whole model by its name: its backbone is a ResNet. */
export interface SparseRcnnModelConfig extends SparseRcnnConfig {
  backbone: SparseResNet;
}

/** What `createSparseRcnn` takes. */
export const sparseRcnnOptions: OptionNames<SparseRcnnModelConfig> = {
  classes: true,
  proposals: true,
  stages: true,
  width: true,
  heads: true,
  mlpDim: true,
  dynamicWidth: true,
  canonicalSize: true,
  backbone: true,
};
