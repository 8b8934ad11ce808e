import { toHuggingFaceNames } from "@tessera/core";
import { checkpointOf } from "@tessera/testing";
import { type TensorToWrite, writeSafetensors } from "@tessera/weights";
import { yolosFamily } from "@tessera/yolos";

const config = { imageSize: [32, 48], patchSize: 16, width: 8, depth: 2, heads: 2, mlpDim: 8, classes: 3, queries: 4, midPositions: true } as const; // prettier-ignore

/** A small YOLOS in transformers' names and files as a page gets them. Pictures become 32 to 64 pixels. */
export async function smallYolos() {
  const { build, huggingFace } = yolosFamily;
  using model = build(config);
  model.init(3);
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
      feature_extractor_type: "YolosFeatureExtractor",
      size: { shortest_edge: 32, longest_edge: 64 },
    }),
  };
}
