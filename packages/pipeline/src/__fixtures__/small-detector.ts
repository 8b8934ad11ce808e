import { constant, toHuggingFaceNames } from "@tessera/core";
import { detrFamily } from "@tessera/detr";
import { checkpointOf } from "@tessera/testing";
import { type TensorToWrite, writeSafetensors } from "@tessera/weights";

const config = {
  classes: 3,
  queries: 4,
  width: 8,
  heads: 2,
  encoderDepth: 1,
  decoderDepth: 1,
  mlpDim: 8,
  backbone: { block: "basic", depths: [2, 2, 2, 2] },
} as const;

/** A small DETR on a ResNet-18, in transformers' names and files as a page gets them. Pictures become 32 to 48 pixels. */
export async function smallDetector() {
  using model = detrFamily.build(config);
  // A draw for each of a ResNet's weights would take longer than the test.
  model.init(3, (path, { shape }) => {
    if (!path.startsWith("backbone") || shape.length !== 4) return undefined;
    const [, inputs = 1, rows = 1, columns = 1] = shape;
    return constant(1 / (inputs * rows * columns));
  });
  const own: Record<string, TensorToWrite> = {};
  for (const [path, { shape, value }] of model.state())
    own[path] = { shape, values: (await value.data<"float32">()) as Float32Array };
  const stored = Object.entries(own).map(([path, { shape, values }]) => [
    path,
    { dtype: "F32", shape, read: async () => values as Float32Array },
  ]);
  const { checkpoint } = toHuggingFaceNames(checkpointOf(Object.fromEntries(stored)), detrFamily.huggingFace.names);
  const tensors: Record<string, TensorToWrite> = {};
  for (const [name, { shape, read }] of checkpoint.tensors)
    tensors[name] = { shape, values: (await read()) as Float32Array };
  const json = (content: object) => new Blob([JSON.stringify(content)]);
  const described = { ...detrFamily.huggingFace.write(config), id2label: { 0: "N/A", 1: "cat", 2: "dog" } };
  const processor = {
    image_processor_type: "DetrImageProcessor",
    size: { shortest_edge: 32, longest_edge: 48 },
  };
  return {
    files: { config: json(described), weights: writeSafetensors(tensors), preprocessor: json(processor) },
    json: { "config.json": described, "preprocessor_config.json": processor },
    /** The same weights in the authors' names. */
    official: writeSafetensors(own),
  };
}
