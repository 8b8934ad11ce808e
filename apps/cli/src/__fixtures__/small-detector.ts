import { constant } from "@tessera/core";
import { allDetectors } from "@tessera/pipeline";
import type { TensorToWrite } from "@tessera/weights";

/** A small DETR on a ResNet-18, whose queries are all sure of something. Pictures become 32 to 48 pixels. */
export async function smallDetector() {
  const [family] = await allDetectors();
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
  using model = family!.build(config);
  // A draw for each of a ResNet's weights would take longer than the test.
  model.init(3, (path, { shape }) => (path.startsWith("backbone") && shape.length === 4 ? constant(1e-3) : undefined));
  model.params().get("class_embed.bias")!.set(Float32Array.of(0, 0, 12, 0));
  const weights: Record<string, TensorToWrite> = {};
  for (const [path, { shape, value }] of model.state())
    weights[path] = { shape, values: (await value.data<"float32">()) as Float32Array };
  return {
    weights,
    config: { ...family!.huggingFace!.write(config), id2label: { 0: "N/A", 1: "cat", 2: "dog & <bone>" } },
    processor: { image_processor_type: "DetrImageProcessor", size: { shortest_edge: 32, longest_edge: 48 } },
  };
}
