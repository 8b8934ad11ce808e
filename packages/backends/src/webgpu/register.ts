import {
  activationGradOp,
  activationOp,
  attentionGradOp,
  attentionOp,
  compileOp,
  depthwiseConvolutionGradOp,
  depthwiseConvolutionOp,
  groupNormGradOp,
  groupNormOp,
  layerNormGradOp,
  layerNormOp,
  linearGradOp,
  linearOp,
  patchifyOp,
  preprocessOp,
  queryKeyAttentionOp,
  replayOp,
  resizeOp,
  selfAttentionGradOp,
  selfAttentionOp,
  softmaxCrossEntropyGradOp,
  softmaxCrossEntropyOp,
  windowAttentionGradOp,
  windowAttentionOp,
} from "@tessera/core";
import type { tntInnerOp, tntMergeOp } from "@tessera/tnt";
import { register } from "./kernel.ts";
import { activation, activationGrad } from "./kernels/activation.ts";
import { attention, queryKeyAttention, selfAttention } from "./kernels/attention.ts";
import { attentionGrad, selfAttentionGrad } from "./kernels/attention-grad.ts";
import { depthwiseConvolution } from "./kernels/depthwise-convolution.ts";
import { depthwiseConvolutionGrad } from "./kernels/depthwise-convolution-grad.ts";
import { groupNorm } from "./kernels/group-norm.ts";
import { groupNormGrad } from "./kernels/group-norm-grad.ts";
import { layerNorm } from "./kernels/layer-norm.ts";
import { layerNormGrad } from "./kernels/layer-norm-grad.ts";
import { compile } from "./kernels/compile.ts";
import { linear } from "./kernels/linear.ts";
import { linearGrad } from "./kernels/linear-grad.ts";
import { patchify } from "./kernels/patchify.ts";
import { preprocess } from "./kernels/preprocess.ts";
import { replay } from "./kernels/replay.ts";
import { resize } from "./kernels/resize.ts";
import { softmaxCrossEntropy, softmaxCrossEntropyGrad } from "./kernels/softmax-cross-entropy.ts";
import { windowAttention, windowAttentionGrad } from "./kernels/window-attention.ts";
import { tntInner } from "./kernels/tnt/inner.ts";
import { tntMerge } from "./kernels/tnt/merge.ts";

/** Registers our WGSL under the names of the fused ops, for whatever instance tfjs knows as "webgpu". Idempotent. */
export function registerWebgpuKernels(): void {
  register(linearOp, linear);
  register(linearGradOp, linearGrad);
  register(activationOp, activation);
  register(activationGradOp, activationGrad);
  register(layerNormOp, layerNorm);
  register(layerNormGradOp, layerNormGrad);
  register(attentionOp, attention);
  register(attentionGradOp, attentionGrad);
  register(queryKeyAttentionOp, queryKeyAttention);
  register(selfAttentionOp, selfAttention);
  register(selfAttentionGradOp, selfAttentionGrad);
  register(windowAttentionOp, windowAttention);
  register(windowAttentionGradOp, windowAttentionGrad);
  register(depthwiseConvolutionOp, depthwiseConvolution);
  register(depthwiseConvolutionGradOp, depthwiseConvolutionGrad);
  register(groupNormOp, groupNorm);
  register(groupNormGradOp, groupNormGrad);
  register(patchifyOp, patchify);
  register(resizeOp, resize);
  register(preprocessOp, preprocess);
  register(softmaxCrossEntropyOp, softmaxCrossEntropy);
  register(softmaxCrossEntropyGradOp, softmaxCrossEntropyGrad);
  register(compileOp, compile);
  register(replayOp, replay);
  // A family's ops are known by their types alone: a page that runs another family carries none of it.
  register<typeof tntInnerOp>({ name: "TesseraTntInner" }, tntInner);
  register<typeof tntMergeOp>({ name: "TesseraTntMerge" }, tntMerge);
}
