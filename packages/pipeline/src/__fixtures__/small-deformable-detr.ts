import { constant, toHuggingFaceNames } from "@tessera/core";
import { deformableDetrFamily } from "@tessera/deformable-detr";
import { checkpointOf } from "@tessera/testing";
import { type TensorToWrite, writeSafetensors } from "@tessera/weights";

const config = {
  classes: 3,
  queries: 40,
  width: 32,
  heads: 4,
  levels: 4,
  points: 1,
  encoderDepth: 1,
  decoderDepth: 1,
  mlpDim: 8,
  refine: true,
  twoStage: true,
  backbone: { block: "basic", depths: [2, 2, 2, 2] },
} as const;

/** A small Deformable DETR on a ResNet-18, in transformers' names and files as a page gets them. Pictures become 32 to 48 pixels. */
export async function smallDeformableDetr() {
  const { build, huggingFace } = deformableDetrFamily;
  using model = build(config);
  // A draw for each of a ResNet's weights would take longer than the test.
  model.init(3, (path, { shape }) => {
    if (!path.startsWith("backbone") || shape.length !== 4) return undefined;
    const [, inputs = 1, rows = 1, columns = 1] = shape;
    return constant(1 / (inputs * rows * columns));
  });
  const own: [string, { dtype: "F32"; shape: readonly number[]; read: () => Promise<Float32Array> }][] = [];
  for (const [path, { shape, value }] of model.state()) {
    const values = (await value.data<"float32">()) as Float32Array;
    own.push([path, { dtype: "F32", shape, read: async () => values }]);
  }
  const { checkpoint } = toHuggingFaceNames(checkpointOf(Object.fromEntries(own)), huggingFace.names);
  const tensors: Record<string, TensorToWrite> = {};
  for (const [name, { shape, read }] of checkpoint.tensors)
    tensors[name] = { shape, values: (await read()) as Float32Array };
  const json = (content: object) => new Blob([JSON.stringify(content)]);
  return {
    config: json({ ...huggingFace.write(config), id2label: { 0: "N/A", 1: "cat", 2: "dog" } }),
    weights: writeSafetensors(tensors),
    preprocessor: json({
      image_processor_type: "DeformableDetrImageProcessor",
      size: { shortest_edge: 32, longest_edge: 48 },
    }),
  };
}
