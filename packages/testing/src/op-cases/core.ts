import type { OpDeclaration } from "@tessera/core";
import type { OpCases } from "../op-cases.ts";
import { activationCases, activationGradCases } from "./activation.ts";
import {
  attentionCases,
  attentionGradCases,
  queryKeyAttentionCases,
  selfAttentionCases,
  selfAttentionGradCases,
} from "./attention.ts";
import { batchNormCases, batchNormGradCases, batchStatisticsCases } from "./batch-norm.ts";
import { convolutionCases, convolutionGradCases } from "./convolution.ts";
import { deformableAttentionCases, deformableAttentionGradCases } from "./deformable-attention.ts";
import { depthwiseConvolutionCases, depthwiseConvolutionGradCases } from "./depthwise-convolution.ts";
import { compileCases, replayCases } from "./forwards.ts";
import { patchifyCases, patchifyGradCases, resizeCases } from "./images.ts";
import { groupNormCases, groupNormGradCases } from "./group-norm.ts";
import { layerNormCases, layerNormGradCases } from "./layer-norm.ts";
import { linearCases, linearGradCases } from "./linear.ts";
import { maxPoolCases, maxPoolGradCases } from "./max-pool.ts";
import { preprocessCases } from "./preprocess.ts";
import { roiAlignCases, roiAlignGradCases } from "./roi-align.ts";
import { softmaxCrossEntropyCases, softmaxCrossEntropyGradCases } from "./softmax-cross-entropy.ts";
import {
  adamUpdateCases,
  averageUpdateCases,
  lambUpdateCases,
  muonUpdateCases,
  sgdUpdateCases,
  sumOfSquaresCases,
} from "./updates.ts";
import { windowAttentionCases, windowAttentionGradCases } from "./window-attention.ts";

/** Of every op of core. */
export const coreOpCases: readonly OpCases<OpDeclaration, never>[] = [
  linearCases,
  linearGradCases,
  activationCases,
  activationGradCases,
  layerNormCases,
  layerNormGradCases,
  attentionCases,
  attentionGradCases,
  selfAttentionCases,
  selfAttentionGradCases,
  queryKeyAttentionCases,
  windowAttentionCases,
  windowAttentionGradCases,
  patchifyCases,
  patchifyGradCases,
  resizeCases,
  convolutionCases,
  convolutionGradCases,
  depthwiseConvolutionCases,
  depthwiseConvolutionGradCases,
  deformableAttentionCases,
  deformableAttentionGradCases,
  maxPoolCases,
  maxPoolGradCases,
  batchStatisticsCases,
  batchNormCases,
  batchNormGradCases,
  groupNormCases,
  groupNormGradCases,
  roiAlignCases,
  roiAlignGradCases,
  softmaxCrossEntropyCases,
  softmaxCrossEntropyGradCases,
  sgdUpdateCases,
  adamUpdateCases,
  lambUpdateCases,
  muonUpdateCases,
  averageUpdateCases,
  sumOfSquaresCases,
  preprocessCases,
  compileCases,
  replayCases,
];
