import { register } from "./kernel.ts";
import { activation } from "./kernels/activation.ts";
import { attention, selfAttention } from "./kernels/attention.ts";
import { layerNorm } from "./kernels/layer-norm.ts";
import { linear } from "./kernels/linear.ts";
import { patchify } from "./kernels/patchify.ts";
import { softmaxCrossEntropy } from "./kernels/softmax-cross-entropy.ts";

/** Registers the fused ops as chains of TensorFlow's own, for tfjs-node's backend. Gradients stay composed. Idempotent. */
export function registerTensorflowKernels(): void {
  register(linear);
  register(activation);
  register(layerNorm);
  register(attention);
  register(selfAttention);
  register(patchify);
  register(softmaxCrossEntropy);
}
