import type { PretrainedDetector } from "@tessera/detection";

/** Where the checkpoints of all variants lie; their authors have no address for each, and the hub has none. */
export const pretrainedSparseRcnn: PretrainedDetector = {
  file: "https://github.com/PeizeSun/SparseR-CNN/releases",
  labels: "coco-80",
  license: "mit",
};
