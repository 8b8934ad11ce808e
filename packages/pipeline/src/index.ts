export { buildModel } from "./build-model.ts";
export { describeModel } from "./describe-model.ts";
export { EMBEDDED_MODEL, embeddedModel } from "./embedded.ts";
export { allFamilies, createBackbone, familyOf, familyOfModel, variantNames } from "./families.ts";
export {
  type Classification,
  type ClassifyOptions,
  type ImageClassifier,
  type ImageClassifierOptions,
  type Prediction,
  imageClassifier,
} from "./image-classifier.ts";
export {
  type EmbedOptions,
  type Embedding,
  type ImageEmbedder,
  type ImageEmbedderOptions,
  imageEmbedder,
} from "./image-embedder.ts";
export { type LoadModelOptions, type LoadedModel, loadModel } from "./load-model.ts";
export { type ModelFiles, openModelWeights } from "./model-files.ts";
export { type ParityOptions, type ParityReference, type ParityReport, type ParityRow, parity } from "./parity.ts";
export { anyToHuggingFaceNames, anyToTimmNames } from "./rename.ts";
export type { Outcome, RunOptions, Timing } from "./run.ts";
export { type SaveModelOptions, modelFilesOf, saveModel } from "./save-model.ts";
export type { WarmUpOptions } from "./warm-up.ts";
