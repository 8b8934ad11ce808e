import { sparseRcnnFamily } from "@tessera/sparse-rcnn";
import { type TensorToWrite, writeSafetensors } from "@tessera/weights";

/** A small Sparse R-CNN in a file of its own. */
export async function smallSparseRcnn() {
  using model = sparseRcnnFamily.build({
    classes: 80,
    proposals: 5,
    stages: 1,
    width: 8,
    heads: 8,
    mlpDim: 8,
    dynamicWidth: 4,
    backbone: { block: "basic", depths: [1, 1, 1, 1], widths: [4, 4, 4, 4], stemWidth: 4 },
  });
  model.init(3);
  const tensors: Record<string, TensorToWrite> = {};
  for (const [path, { shape, value }] of model.state())
    tensors[path] = { shape, values: (await value.data<"float32">()) as Float32Array };
  return writeSafetensors(tensors);
}
