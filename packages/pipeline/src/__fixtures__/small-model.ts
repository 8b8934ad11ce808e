import type { TensorToWrite } from "@tessera/weights";
import { writeSafetensors } from "@tessera/weights";
import { Vit } from "@tessera/vit";

/** Arguments of the smallest ViT, as timm names them. */
export const smallArguments = { img_size: 8, patch_size: 4, embed_dim: 4, depth: 1, num_heads: 2, mlp_ratio: 1 };

/** `config.json` of it. */
export function smallConfig(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    architecture: "vit",
    num_classes: 3,
    model_args: smallArguments,
    pretrained_cfg: { input_size: [3, 8, 8], crop_pct: 1, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    ...changes,
  };
}

/** `model.safetensors` of it, with random weights; without a head for 0 classes. */
export async function smallWeights(classes = 3): Promise<Uint8Array<ArrayBuffer>> {
  using model = new Vit({ imageSize: 8, patchSize: 4, width: 4, depth: 1, heads: 2, mlpDim: 4, classes }).init(1);
  const tensors: Record<string, TensorToWrite> = {};
  for (const [path, { shape, value }] of model.state()) {
    tensors[path] = { shape, values: (await value.data<"float32">()) as Float32Array };
  }
  return writeSafetensors(tensors);
}

/** Both files as a page gets them. */
export async function smallFiles(changes: Record<string, unknown> = {}, classes = 3) {
  const config = new Blob([JSON.stringify(smallConfig(changes))]);
  return { config, weights: await smallWeights(classes) };
}
