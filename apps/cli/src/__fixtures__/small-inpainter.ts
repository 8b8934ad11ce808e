import { maeFamily } from "@tessera/mae";
import type { TensorToWrite } from "@tessera/weights";

const config = { imageSize: 32, patchSize: 8, width: 16, depth: 1, heads: 2, decoderWidth: 8, decoderDepth: 1, decoderHeads: 2 }; // prettier-ignore

/** A small masked autoencoder of pictures of 32 pixels, in the authors' names. */
export async function smallInpainter() {
  using model = maeFamily.build(config);
  model.init(3);
  const weights: Record<string, TensorToWrite> = {};
  for (const [path, { shape, value }] of model.state())
    weights[path] = { shape, values: (await value.data<"float32">()) as Float32Array };
  return { weights, config: maeFamily.huggingFace.write(config) };
}
