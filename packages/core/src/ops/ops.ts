import { activationGradOp, activationOp } from "./activation.ts";
import { adamUpdateOp } from "./adam-update.ts";
import { attentionGradOp, attentionOp } from "./attention.ts";
import { averageUpdateOp } from "./average-update.ts";
import { batchNormGradOp, batchNormOp, batchStatisticsOp } from "./batch-norm.ts";
import { compileOp } from "./compile.ts";
import { convolutionGradOp, convolutionOp } from "./convolution.ts";
import { deformableAttentionGradOp, deformableAttentionOp } from "./deformable-attention.ts";
import { depthwiseConvolutionGradOp, depthwiseConvolutionOp } from "./depthwise-convolution.ts";
import { groupNormGradOp, groupNormOp } from "./group-norm.ts";
import { lambUpdateOp } from "./lamb-update.ts";
import { layerNormGradOp, layerNormOp } from "./layer-norm.ts";
import { linearGradOp, linearOp } from "./linear.ts";
import { maxPoolGradOp, maxPoolOp } from "./max-pool.ts";
import { muonUpdateOp } from "./muon-update.ts";
import type { OpDeclaration } from "./op.ts";
import { patchifyGradOp, patchifyOp } from "./patchify.ts";
import { preprocessOp } from "./preprocess.ts";
import { queryKeyAttentionOp } from "./query-key-attention.ts";
import { replayOp } from "./replay.ts";
import { resizeOp } from "./resize.ts";
import { roiAlignGradOp, roiAlignOp } from "./roi-align.ts";
import { selfAttentionGradOp, selfAttentionOp } from "./self-attention.ts";
import { sgdUpdateOp } from "./sgd-update.ts";
import { softmaxCrossEntropyGradOp, softmaxCrossEntropyOp } from "./softmax-cross-entropy.ts";
import { sumOfSquaresOp } from "./sum-of-squares.ts";
import { windowAttentionGradOp, windowAttentionOp } from "./window-attention.ts";

/** Every op of core. For tests and tools; a model imports the functions that it calls. */
export const ops: readonly OpDeclaration[] = [
  linearOp,
  linearGradOp,
  activationOp,
  activationGradOp,
  layerNormOp,
  layerNormGradOp,
  attentionOp,
  attentionGradOp,
  selfAttentionOp,
  selfAttentionGradOp,
  queryKeyAttentionOp,
  windowAttentionOp,
  windowAttentionGradOp,
  patchifyOp,
  patchifyGradOp,
  resizeOp,
  convolutionOp,
  convolutionGradOp,
  depthwiseConvolutionOp,
  depthwiseConvolutionGradOp,
  deformableAttentionOp,
  deformableAttentionGradOp,
  maxPoolOp,
  maxPoolGradOp,
  batchStatisticsOp,
  batchNormOp,
  batchNormGradOp,
  groupNormOp,
  groupNormGradOp,
  roiAlignOp,
  roiAlignGradOp,
  softmaxCrossEntropyOp,
  softmaxCrossEntropyGradOp,
  sgdUpdateOp,
  adamUpdateOp,
  lambUpdateOp,
  muonUpdateOp,
  averageUpdateOp,
  sumOfSquaresOp,
  preprocessOp,
  compileOp,
  replayOp,
];
