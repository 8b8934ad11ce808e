import { toHuggingFaceNames } from "@tessera/core";
import { maeFamily } from "@tessera/mae";
import { checkpointOf } from "@tessera/testing";
import { type TensorToWrite, writeSafetensors } from "@tessera/weights";

const config = {
  imageSize: 32,
  patchSize: 8,
  width: 16,
  depth: 1,
  heads: 2,
  decoderWidth: 8,
  decoderDepth: 1,
  decoderHeads: 2,
};

/** A small masked autoencoder as a page gets it, in transformers' names and files, and in the authors'. */
export async function smallInpainter() {
  using model = maeFamily.build(config);
  model.init(3);
  const own: Record<string, TensorToWrite> = {};
  for (const [path, { shape, value }] of model.state())
    own[path] = { shape, values: (await value.data<"float32">()) as Float32Array };
  const stored = Object.entries(own).map(([path, { shape, values }]) => [
    path,
    { dtype: "F32", shape, read: async () => values as Float32Array },
  ]);
  const { checkpoint } = toHuggingFaceNames(checkpointOf(Object.fromEntries(stored)), maeFamily.huggingFace.names);
  const tensors: Record<string, TensorToWrite> = {};
  for (const [name, { shape, read }] of checkpoint.tensors)
    tensors[name] = { shape, values: (await read()) as Float32Array };
  const described = maeFamily.huggingFace.write(config);
  const json = (content: object) => new Blob([JSON.stringify(content)]);
  return {
    files: { config: json(described), weights: writeSafetensors(tensors) },
    config: described,
    /** The same weights in the authors' names. */
    official: writeSafetensors(own),
    /** Those of the encoder alone, as the authors publish them besides. */
    encoder: writeSafetensors(
      Object.fromEntries(Object.entries(own).filter(([path]) => !/^(decoder_|mask_token)/.test(path))),
    ),
  };
}
