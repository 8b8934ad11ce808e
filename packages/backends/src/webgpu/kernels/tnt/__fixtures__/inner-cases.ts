// The inner transformer in ops of core, and parameters for it whose weights are halves.
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, div, mul, reshape, round } from "@tensorflow/tfjs-core";
import { type Activation, type AttrsOf, type InputsOf, attention, layerNorm, linear, runOp, unpackQueryKey } from "@tessera/core";
import { seeded } from "@tessera/testing";
import { tntInnerOp } from "@tessera/tnt";

export interface Case {
  patches: number;
  words: number;
  width: number;
  heads: number;
  hidden: number;
  qkvBias?: boolean;
  legacy?: boolean;
  activation?: Activation;
}

/** Words and normalised words, by the kernel where there is one that takes them. */
export function inner({ heads, activation = "gelu", legacy = false }: Case, inputs: Record<string, Tensor>): Tensor[] {
  const attrs = { heads, epsilon: 1e-5, activation, legacy };
  return runOp(tntInnerOp, inputs as object as InputsOf<typeof tntInnerOp>, attrs, () => compose(inputs, attrs));
}

/** Words `x` and parameters by the kernel's names, weights in steps of 1/256: as halves they are the same numbers. */
export function inputsOf({ patches, words, width, hidden, qkvBias, legacy }: Case): Record<string, Tensor> {
  const random = seeded(words + 100 * width);
  const matrix = (out: number, inputs: number) =>
    div(round(mul(random.normals([out, inputs], 1.5 * inputs ** -0.5), 256)), 256);
  const vector = (size: number) => random.normals([size], 0.5);
  const joined = legacy ? width : words * width;
  return {
    x: random.normals([patches, words, width]),
    "norm_in.weight": vector(width),
    "norm_in.bias": vector(width),
    "attn_in.qk.weight": matrix(2 * width, width),
    "attn_in.v.weight": matrix(width, width),
    ...(qkvBias && { "attn_in.qk.bias": vector(2 * width), "attn_in.v.bias": vector(width) }),
    "attn_in.proj.weight": matrix(width, width),
    "attn_in.proj.bias": vector(width),
    "norm_mlp_in.weight": vector(width),
    "norm_mlp_in.bias": vector(width),
    "mlp_in.fc1.weight": matrix(hidden, width),
    "mlp_in.fc1.bias": vector(hidden),
    "mlp_in.fc2.weight": matrix(width, hidden),
    "mlp_in.fc2.bias": vector(width),
    "norm1_proj.weight": vector(joined),
    "norm1_proj.bias": vector(joined),
  };
}

function compose(
  inputs: Record<string, Tensor>,
  { heads, epsilon, activation, legacy }: AttrsOf<typeof tntInnerOp>,
): [words: Tensor3D, normal: Tensor] {
  const x = inputs["x"] as Tensor3D;
  const norm = (name: string, of: Tensor) =>
    layerNorm(of, inputs[`${name}.weight`] as Tensor1D, inputs[`${name}.bias`] as Tensor1D, epsilon);
  const project = (name: string, of: Tensor3D, after = {}) =>
    linear(of, inputs[`${name}.weight`] as Tensor2D, { bias: inputs[`${name}.bias`] as Tensor1D | undefined, ...after });
  const normal = norm("norm_in", x) as Tensor3D;
  const [q, k] = unpackQueryKey(project("attn_in.qk", normal));
  const mixed = attention(q, k, project("attn_in.v", normal), { heads });
  const attended = project("attn_in.proj", mixed, { residual: x });
  const hidden = project("mlp_in.fc1", norm("norm_mlp_in", attended) as Tensor3D, { activation });
  const words = project("mlp_in.fc2", hidden, { residual: attended });
  const [patches, m, c] = words.shape;
  return [words, norm("norm1_proj", legacy ? words : reshape(words, [patches, m * c]))];
}
