import { register } from "./kernel.ts";
import { activation, activationGrad } from "./kernels/activation.ts";
import { attention, queryKeyAttention, selfAttention } from "./kernels/attention.ts";
import { attentionGrad, selfAttentionGrad } from "./kernels/attention-grad.ts";
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
import { tntInner } from "./kernels/tnt/inner.ts";
import { tntMerge } from "./kernels/tnt/merge.ts";

/** Registers our WGSL under the names of the fused ops, for whatever instance tfjs knows as "webgpu". Idempotent. */
export function registerWebgpuKernels(): void {
  register(linear);
  register(linearGrad);
  register(activation);
  register(activationGrad);
  register(layerNorm);
  register(layerNormGrad);
  register(attention);
  register(attentionGrad);
  register(queryKeyAttention);
  register(selfAttention);
  register(selfAttentionGrad);
  register(patchify);
  register(resize);
  register(preprocess);
  register(softmaxCrossEntropy);
  register(softmaxCrossEntropyGrad);
  register(compile);
  register(replay);
  register(tntInner);
  register(tntMerge);
}
