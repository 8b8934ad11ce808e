export { Ema, type EmaOptions, emaDecay } from "./averages/ema.ts";
export { BEST } from "./checkpoints/checkpoints.ts";
export { memoryStore } from "./checkpoints/memory.ts";
export type { CheckpointStore } from "./checkpoints/store.ts";
export type { Batch, BatchOptions, DetectionBatch, TrainingData, TrueObject } from "./data.ts";
export { FeatureHead } from "./features/feature-head.ts";
export { type ExtractOptions, type FeatureSet, extractFeatures, featureData } from "./features/feature-set.ts";
export { type LinearProbe, linearProbe } from "./features/linear-probe.ts";
export type { BatchTensors } from "./fit/batch-tensors.ts";
export type { Classifier } from "./fit/classifier.ts";
export { fitDetector } from "./fit/fit-detector.ts";
export { fitPictures } from "./fit/fit-pictures.ts";
export { fit } from "./fit/fit.ts";
export { type Gradients, accumulate, clipFactor, globalNorm, gradientsOf } from "./fit/gradients.ts";
export type {
  CheckpointOptions,
  EvaluationOptions,
  EvaluationReport,
  FitDetectorOptions,
  FitPicturesOptions,
  FitOptions,
  FitResult,
  Loss,
  Objective,
  StepReport,
  TrainingOptions,
  WeightAverages,
} from "./fit/options.ts";
export { trainHead, trainLastBlocks } from "./freezing/freeze.ts";
export { recomputeBlocks } from "./freezing/wrap-blocks.ts";
export { type LayerOf, maeLayers, timmLayers } from "./groups/layers.ts";
export { type ParamGroupOptions, decaysByDefault, paramGroups } from "./groups/param-groups.ts";
export { type Lora, type LoraOptions, addLora } from "./lora/lora.ts";
export { type BinaryCrossEntropyOptions, binaryCrossEntropy } from "./losses/binary-cross-entropy.ts";
export { crossEntropy } from "./losses/cross-entropy.ts";
export { type DistillationOptions, type Student, distillation, distillationLoss } from "./losses/distillation.ts";
export type { Calibration, ReliabilityBin } from "./metrics/calibration.ts";
export { type CocoEvaluation, type CocoScores, cocoScores } from "./metrics/coco/coco-scores.ts";
export type { CocoAnnotation, CocoBox, CocoDetection } from "./metrics/coco/match-image.ts";
export {
  type DetectionEvaluation,
  type EvaluateDetectorOptions,
  evaluateDetector,
} from "./metrics/evaluate-detector.ts";
export { type PictureEvaluation, type PictureObjective, evaluatePictures } from "./metrics/evaluate-pictures.ts";
export { type EvaluateOptions, evaluate } from "./metrics/evaluate.ts";
export type { ClassResult, Evaluation } from "./metrics/evaluation.ts";
export type { Judgement } from "./metrics/judgement.ts";
export { type MixingOptions, mixing } from "./mixing/mixing.ts";
export { type AdamOptions, adam, adamW } from "./optimizers/adam.ts";
export { type LambOptions, lamb } from "./optimizers/lamb.ts";
export { type LarsOptions, lars } from "./optimizers/lars.ts";
export { type MuonOptions, muon } from "./optimizers/muon.ts";
export type { Optimizer, OptimizerOptions, ParamGroup, ParamGroups, StepOptions } from "./optimizers/optimizer.ts";
export { type SgdOptions, sgd } from "./optimizers/sgd.ts";
export { type AssembledDetection, assembleDetection } from "./presets/assemble-detection.ts";
export { type Assembled, assemble } from "./presets/assemble.ts";
export { detectionPresetOf, detectionPresets } from "./presets/detection-presets.ts";
export { type PresetName, presetOf, presets } from "./presets/presets.ts";
export type { Augmentation, BoxAugmentation, DetectionRecipe, Preset, Recipe } from "./presets/recipe.ts";
export { type DetectionLogEntry, detectionCurvesOf, detectionLogEntry } from "./report/detection-log.ts";
export { type PageOptions, type ShownMistake, evaluationPage } from "./report/evaluation-page.ts";
export { type LogEntry, curvesOf, logEntry } from "./report/log.ts";
export { type CosineOptions, type RestartOptions, cosine } from "./schedules/cosine.ts";
export { type OneCycleOptions, oneCycle } from "./schedules/one-cycle.ts";
export type { Schedule, WarmUpOptions } from "./schedules/schedule.ts";
export { type LinearOptions, type SteppedOptions, constantRate, linearRate, stepped } from "./schedules/steady.ts";
