export { buildDetector } from "./source/build-detector.ts";
export { buildModel } from "./source/build-model.ts";
export { describeModel } from "./source/describe-model.ts";
export { EMBEDDED_MODEL, embeddedModel } from "./source/embedded.ts";
export {
  type VariantName,
  allFamilies,
  createBackbone,
  familyOf,
  familyOfModel,
  variantNames,
} from "./source/families.ts";
export {
  type Classification,
  type ClassifyOptions,
  type ImageClassifier,
  type ImageClassifierOptions,
  type PooledClassifier,
  type PooledClassifierOptions,
  type Prediction,
  imageClassifier,
} from "./tasks/image-classifier.ts";
export {
  type EmbedOptions,
  type Embedding,
  type ImageEmbedder,
  type ImageEmbedderOptions,
  type PooledEmbedder,
  type PooledEmbedderOptions,
  imageEmbedder,
} from "./tasks/image-embedder.ts";
export { type DetectorName, allDetectors } from "./source/detectors.ts";
export {
  type DetectorSpec,
  type LoadDetectorOptions,
  type LoadedDetector,
  loadDetector,
} from "./source/load-detector.ts";
export {
  type InpainterSpec,
  type LoadInpainterOptions,
  type LoadedInpainter,
  loadInpainter,
} from "./source/load-inpainter.ts";
export { type LoadModelOptions, type LoadedModel, type ModelSpec, loadModel } from "./source/load-model.ts";
export { type ModelFiles, openModelWeights } from "./source/model-files.ts";
export { type InpaintOptions, type Inpainter, inpainter } from "./tasks/inpainter.ts";
export type { HoleBox, HoleInput } from "./tasks/inpainting/hole.ts";
export type { ImageInputs } from "./tasks/inputs.ts";
export {
  type DetectOptions,
  type DetectedBox,
  type DetectedObject,
  type Detection,
  type ObjectDetector,
  objectDetector,
} from "./tasks/object-detector.ts";
export { type ParityOptions, type ParityReference, type ParityReport, type ParityRow, parity } from "./tasks/parity.ts";
export { anyToHuggingFaceNames, anyToTimmNames } from "./source/rename.ts";
export type { Outcome, RunOptions, Timing } from "./tasks/run.ts";
export { type SaveDetectorOptions, saveDetector } from "./source/save-detector.ts";
export { type SaveModelOptions, modelFilesOf, saveModel } from "./source/save-model.ts";
export type { WorkerOptions } from "./pool/options.ts";
export type { WarmUpOptions } from "./tasks/warm-up.ts";
