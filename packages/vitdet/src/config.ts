import type { OptionNames } from "@tessera/core";

/** How regions are proposed, sampled for training and chosen: detectron2's settings for ViTDet where one is left out. */
export interface VitDetRules {
  /** Pixels of an anchor's side on each of p2 to p6. @default [32, 64, 128, 256, 512] */
  anchorSizes: readonly [number, number, number, number, number];
  /** Anchors of a level that are looked at, the best first, while training. @default 2000 */
  trainingCandidates: number;
  /** The same else. @default 1000 */
  candidates: number;
  /** Regions of a picture that are left of them. @default 1000 */
  proposals: number;
  /** Anchors of a picture that the loss is of, at most half of them on objects. @default 256 */
  anchorBatch: number;
  /** Regions of a picture that the loss is of, at most a quarter of them on objects. @default 512 */
  regionBatch: number;
  /** Side of a region, in pixels, that is taken from p4. @default 224 */
  canonicalSize: number;
  /** Most objects of a picture. @default 100 */
  most: number;
  /** Least score of an object. @default 0.05 */
  score: number;
}

/** What fixes ViTDet's parameters and arithmetic. */
export interface VitDetConfig {
  /** Side in pixels of the square that every picture is padded to. */
  imageSize: number;
  /** Pixels of a patch's side; the strides of the pyramid are those of 16. */
  patchSize: number;
  /** Of a token. */
  width: number;
  depth: number;
  /** Of attention; they share the width evenly. */
  heads: number;
  /** Width between the two layers of the MLPs. */
  mlpDim: number;
  /** Places along a window's side. */
  window: number;
  /** Every so many-th block looks at the whole picture, the others in windows. */
  globalEvery: number;
  /** Patches along a side of the pictures that positions were trained on. */
  pretrainedGrid: number;
  /** Of the pyramid, and of the heads' convolutions. */
  channels: number;
  /** Width of the layer that makes a region one vector. */
  regionWidth: number;
  /** Kinds of objects; the head has one output more, the last, for "no object". */
  classes: number;
  /** Chance that a branch is left out while training, of the last block. @default 0 */
  dropPath?: number;
  rules?: Partial<VitDetRules>;
}

export const defaultRules: VitDetRules = {
  anchorSizes: [32, 64, 128, 256, 512],
  trainingCandidates: 2000,
  candidates: 1000,
  proposals: 1000,
  anchorBatch: 256,
  regionBatch: 512,
  canonicalSize: 224,
  most: 100,
  score: 0.05,
};

/** What `createVitDet` takes. */
export const vitDetOptions: OptionNames<VitDetConfig> = {
  imageSize: true,
  patchSize: true,
  width: true,
  depth: true,
  heads: true,
  mlpDim: true,
  window: true,
  globalEvery: true,
  pretrainedGrid: true,
  channels: true,
  regionWidth: true,
  classes: true,
  dropPath: true,
  rules: true,
};
