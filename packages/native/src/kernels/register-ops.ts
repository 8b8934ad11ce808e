import type { TensorInfo } from "@tensorflow/tfjs-core";
import {
  type Named,
  type OpDeclaration,
  type PlacedInputs,
  type PlacedOutput,
  activationGradOp,
  activationOp,
  adamUpdateOp,
  attentionGradOp,
  attentionOp,
  averageUpdateOp,
  lambUpdateOp,
  batchNormGradOp,
  batchNormOp,
  batchStatisticsOp,
  convolutionGradOp,
  convolutionOp,
  depthwiseConvolutionGradOp,
  depthwiseConvolutionOp,
  groupNormGradOp,
  groupNormOp,
  layerNormGradOp,
  layerNormOp,
  linearGradOp,
  linearOp,
  muonUpdateOp,
  maxPoolGradOp,
  maxPoolOp,
  patchifyGradOp,
  patchifyOp,
  queryKeyAttentionOp,
  registerOp,
  replayOp,
  resizeOp,
  selfAttentionGradOp,
  selfAttentionOp,
  sgdUpdateOp,
  softmaxCrossEntropyGradOp,
  softmaxCrossEntropyOp,
  sumOfSquaresOp,
  windowAttentionGradOp,
  windowAttentionOp,
} from "@tessera/core";
import type { tntInnerOp, tntMergeOp } from "@tessera/tnt";
import type { NativeBackend } from "../backend.ts";
import { attention, attentionGrad, queryKeyAttention, selfAttention, selfAttentionGrad } from "./attention.ts";
import { batchNorm, batchNormGrad, batchStatistics } from "./batch-norm.ts";
import { convolution, convolutionGrad, maxPool, maxPoolGrad } from "./convolution.ts";
import { depthwiseConvolution, depthwiseConvolutionGrad } from "./depthwise-convolution.ts";
import { groupNorm, groupNormGrad } from "./group-norm.ts";
import { patchify, patchifyGrad, resize } from "./images.ts";
import type { OpFunction } from "./kernel.ts";
import { activate, activateGrad, linear, linearGrad } from "./linear.ts";
import { replay } from "./replay.ts";
import { layerNorm, layerNormGrad, softmaxCrossEntropy, softmaxCrossEntropyGrad } from "./rows.ts";
import { tntInner, tntMerge } from "./tnt.ts";
import { adamUpdate, averageUpdate, lambUpdate, muonUpdate, sgdUpdate, sumOfSquares } from "./updates.ts";
import { windowAttention, windowAttentionGrad } from "./window-attention.ts";

/** Registers our C++ for the fused ops; it must be called once only. */
export function registerOps(): void {
  register(linearOp, linear);
  register(linearGradOp, linearGrad);
  register(activationOp, activate);
  register(activationGradOp, activateGrad);
  register(layerNormOp, layerNorm);
  register(layerNormGradOp, layerNormGrad);
  register(attentionOp, attention);
  register(attentionGradOp, attentionGrad);
  register(selfAttentionOp, selfAttention);
  register(selfAttentionGradOp, selfAttentionGrad);
  register(windowAttentionOp, windowAttention);
  register(windowAttentionGradOp, windowAttentionGrad);
  register(queryKeyAttentionOp, queryKeyAttention);
  register(patchifyOp, patchify);
  register(patchifyGradOp, patchifyGrad);
  register(resizeOp, resize);
  register(convolutionOp, convolution);
  register(convolutionGradOp, convolutionGrad);
  register(depthwiseConvolutionOp, depthwiseConvolution);
  register(depthwiseConvolutionGradOp, depthwiseConvolutionGrad);
  register(maxPoolOp, maxPool);
  register(maxPoolGradOp, maxPoolGrad);
  register(batchStatisticsOp, batchStatistics);
  register(batchNormOp, batchNorm);
  register(batchNormGradOp, batchNormGrad);
  register(groupNormOp, groupNorm);
  register(groupNormGradOp, groupNormGrad);
  register(softmaxCrossEntropyOp, softmaxCrossEntropy);
  register(softmaxCrossEntropyGradOp, softmaxCrossEntropyGrad);
  register(sgdUpdateOp, sgdUpdate);
  register(adamUpdateOp, adamUpdate);
  register(lambUpdateOp, lambUpdate);
  register(muonUpdateOp, muonUpdate);
  register(averageUpdateOp, averageUpdate);
  register(sumOfSquaresOp, sumOfSquares);
  // A family's ops are known by their types alone: who runs another family carries none of it.
  register<typeof tntInnerOp>({ name: "TesseraTntInner" }, tntInner);
  register<typeof tntMergeOp>({ name: "TesseraTntMerge" }, tntMerge);
  registerOp(replayOp, "native", replay);
}

function register<O extends OpDeclaration>(op: Named<O>, kernel: OpFunction<O>): void {
  registerOp<O, NativeBackend, PlacedInputs<O>>(op, "native", {
    run(backend, inputs, attrs) {
      const run = () => kernel(inputs, backend, attrs) as TensorInfo | TensorInfo[];
      return (backend.tracer ? backend.tracer.kernel(inputs, run) : run()) as PlacedOutput<O>;
    },
  });
}
