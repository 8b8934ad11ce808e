import {
  activationOp,
  attentionOp,
  layerNormOp,
  linearOp,
  patchifyOp,
  selfAttentionOp,
  softmaxCrossEntropyOp,
} from "@tessera/core";
import { register } from "./kernel.ts";
import { activation } from "./kernels/activation.ts";
import { attention, selfAttention } from "./kernels/attention.ts";
import { layerNorm } from "./kernels/layer-norm.ts";
import { linear } from "./kernels/linear.ts";
import { patchify } from "./kernels/patchify.ts";
import { softmaxCrossEntropy } from "./kernels/softmax-cross-entropy.ts";

/** Registers the fused ops as chains of TensorFlow's own, for tfjs-node's backend. Gradients stay composed. Idempotent. */
export function registerTensorflowKernels(): void {
  register(linearOp, linear);
  register(activationOp, activation);
  register(layerNormOp, layerNorm);
  register(attentionOp, attention);
  register(selfAttentionOp, selfAttention);
  register(patchifyOp, patchify);
  register(softmaxCrossEntropyOp, softmaxCrossEntropy);
}
