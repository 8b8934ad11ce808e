export type { Augmentation } from "./augment/augmentation.ts";
export type { ColourJitter } from "./augment/colour-jitter.ts";
export type { RandomErasing } from "./augment/erasing.ts";
export type { PaddedCrop } from "./augment/padded-crop.ts";
export { parsePolicy, type Policy } from "./augment/policy.ts";
export type { RandAugment } from "./augment/rand-augment.ts";
export type { RandomResizedCrop } from "./augment/random-resized-crop.ts";
export type { ThreeAugment } from "./augment/three-augment.ts";
export type { TrivialAugment } from "./augment/trivial-augment.ts";
export { type ClassBalance, classBalance } from "./datasets/class-balance.ts";
export type { Dataset, DatasetOptions, DatasetSplits, PictureSet } from "./datasets/dataset.ts";
export { datasetOf, type LabelledImage } from "./datasets/dataset-of.ts";
export { openDataset } from "./datasets/open-dataset.ts";
export { type Share, select, split, subset } from "./datasets/subset.ts";
export { decodeImage } from "./decode-image.ts";
export type { DetectionAugmentation, DetectionCrop } from "./detection/augmentation.ts";
export type { DetectionBatch, DetectionBatches } from "./detection/detection-batch.ts";
export {
  type BoxedObject,
  type DetectionDataset,
  type DetectionSplits,
  type PixelBox,
  splitDetection,
} from "./detection/detection-dataset.ts";
export {
  type DetectionLoaderOptions,
  type DetectionTrainingOptions,
  detectionEvaluationBatches,
  detectionTrainingBatches,
} from "./detection/detection-loader.ts";
export { openDetectionDataset } from "./detection/open-detection-dataset.ts";
export { type PaddedFrame, paddedFrame } from "./detection/padded-frame.ts";
export type { DecodeOptions } from "./decode-options.ts";
export type { Source } from "./files/source.ts";
export type { Container, StoredFile } from "./files/stored-file.ts";
export {
  type DetectionPreprocessing,
  detectionPreprocessing,
  preprocessingFor,
  sizeWithin,
} from "./detection-preprocessing.ts";
export { frameImage } from "./frame.ts";
export { type GpuPicture, gpuPicture } from "./gpu-picture.ts";
export { type HuggingFacePreprocessorConfig, huggingFacePreprocessing } from "./hugging-face-preprocessing.ts";
export type { ImageInput } from "./image-input.ts";
export type { Interpolation } from "./interpolation.ts";
export type { Batch, Batches, BatchOptions, Skipped } from "./loader/batch.ts";
export { evaluationBatches } from "./loader/evaluation-batches.ts";
export type { LoaderOptions } from "./loader/loader.ts";
export { trainingBatches, type TrainingLoaderOptions } from "./loader/training-batches.ts";
export type { Waiting } from "./loader/waiting.ts";
export { type CentreRule, type Placement, placement, type ResizeRule, type Size } from "./placement.ts";
export { preprocess, preprocessBatch, toTensor } from "./preprocess.ts";
export { preprocessOnGpu } from "./preprocess-on-gpu.ts";
export type { Preprocessing } from "./preprocessing.ts";
export { cropImage, resizeImage, type ResizeOptions, type Window } from "./resize.ts";
export type { RgbImage } from "./rgb-image.ts";
export { type Part, seenPart } from "./seen-part.ts";
export { CLIP_MEAN, CLIP_STD, HALF_MEAN, HALF_STD, IMAGENET_MEAN, IMAGENET_STD, type Rgb } from "./statistics.ts";
export { type TimmPretrainedConfig, type TimmPreprocessingOptions, timmPreprocessing } from "./timm-preprocessing.ts";
export { torchvisionPreprocessing, type TorchvisionPreset } from "./torchvision-preprocessing.ts";
