// One tiny ViT in every format, which @tessera/weights keeps, with an input and the logits of timm in float64.
import { type Tensor4D, tensor4d, tidy, transpose } from "@tensorflow/tfjs-core";
import { readFixture } from "@tessera/testing";
import { readSafetensors } from "@tessera/weights";
import type { LoadedModel } from "../source/load-model.ts";

/** `config.json` as timm would write it. */
export const tinyConfig = {
  architecture: "vit",
  num_classes: 10,
  model_args: { img_size: 32, patch_size: 8, embed_dim: 48, depth: 2, num_heads: 3 },
  pretrained_cfg: { input_size: [3, 32, 32], crop_pct: 1, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
};

/** A file of @tessera/weights' tests. */
export function weightsFixture(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return readFixture(new URL(`../../../weights/src/__fixtures__/${name}`, import.meta.url)) as Promise<
    Uint8Array<ArrayBuffer>
  >;
}

export function jsonBlob(content: unknown): Blob {
  return new Blob([JSON.stringify(content)]);
}

/** Picture and logits by name: `input` [2, 3, 32, 32], `logits` and `logits_gelu_tanh` [2, 10]. */
export async function expected(name: "input" | "logits" | "logits_gelu_tanh"): Promise<Float32Array> {
  const { tensors } = await readSafetensors(await weightsFixture("expected.safetensors"));
  return (await tensors.get(name)!.read()) as Float32Array;
}

/** What a model makes of an input in PyTorch's order; the model is disposed of. */
export async function run(
  { model }: Pick<LoadedModel, "model">,
  values: Float32Array,
  [b, c, h, w]: readonly [number, number, number, number],
  forward = (images: Tensor4D) => model.forward(images),
): Promise<number[]> {
  const output = tidy(() => forward(transpose(tensor4d(values, [b, c, h, w]), [0, 2, 3, 1])));
  try {
    return Array.from(await output.data());
  } finally {
    output.dispose();
    model.dispose();
  }
}
