import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import type { Activation, Op } from "@tessera/core";

/** The parameters by their path in the block; `x` are the words. */
interface InnerInputs {
  x: Tensor3D;
  "norm_in.weight": Tensor1D;
  "norm_in.bias": Tensor1D;
  "attn_in.qk.weight": Tensor2D;
  "attn_in.v.weight": Tensor2D;
  "attn_in.qk.bias"?: Tensor1D;
  "attn_in.v.bias"?: Tensor1D;
  "attn_in.proj.weight": Tensor2D;
  "attn_in.proj.bias": Tensor1D;
  "norm_mlp_in.weight": Tensor1D;
  "norm_mlp_in.bias": Tensor1D;
  "mlp_in.fc1.weight": Tensor2D;
  "mlp_in.fc1.bias": Tensor1D;
  "mlp_in.fc2.weight": Tensor2D;
  "mlp_in.fc2.bias": Tensor1D;
  "norm1_proj.weight": Tensor1D;
  "norm1_proj.bias": Tensor1D;
}

interface InnerAttrs {
  heads: number;
  epsilon: number;
  activation: Activation;
  /** The last norm takes single words rather than a patch's words together. */
  legacy: boolean;
}

/** The inner transformer of a block: the words after attention and MLP, and the same normalised to be joined. */
export const tntInnerOp: Op<InnerInputs, InnerAttrs, [words: Tensor3D, normal: Tensor], "TesseraTntInner"> = {
  name: "TesseraTntInner",
  inputs: {
    x: "required",
    "norm_in.weight": "required",
    "norm_in.bias": "required",
    "attn_in.qk.weight": "required",
    "attn_in.v.weight": "required",
    "attn_in.qk.bias": "optional",
    "attn_in.v.bias": "optional",
    "attn_in.proj.weight": "required",
    "attn_in.proj.bias": "required",
    "norm_mlp_in.weight": "required",
    "norm_mlp_in.bias": "required",
    "mlp_in.fc1.weight": "required",
    "mlp_in.fc1.bias": "required",
    "mlp_in.fc2.weight": "required",
    "mlp_in.fc2.bias": "required",
    "norm1_proj.weight": "required",
    "norm1_proj.bias": "required",
  },
  gradients: [],
};
