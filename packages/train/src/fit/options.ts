import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import type { Context, Random } from "@tessera/core";
import type { CheckpointStore } from "../checkpoints/store.ts";
import type { Batch, DetectionBatch, TrainingData } from "../data.ts";
import type { DetectionEvaluation } from "../metrics/evaluate-detector.ts";
import type { PictureEvaluation, PictureObjective } from "../metrics/evaluate-pictures.ts";
import type { Evaluation } from "../metrics/evaluation.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { BatchTensors } from "./batch-tensors.ts";

/** Loss of a batch, the mean over its images; targets are classes [b] or probabilities [b, classes]. */
export type Loss = (logits: Tensor2D, targets: Tensor1D | Tensor2D) => Scalar;

/** What a training minimises, where it is more than a loss of the model's logits: distillation from a teacher. */
export type Objective = (batch: BatchTensors, ctx: Context) => Scalar;

/** Averages of the weights, which are judged and kept in their place. */
export interface WeightAverages {
  /** Takes the weights of a step, counted from 0. */
  update(step: number): void;
  /** Exchanges weights and averages. */
  swap(): void;
  state(): Map<string, Tensor>;
  restore(state: ReadonlyMap<string, Tensor>): void;
}

export interface EvaluationOptions<B = Batch, Metric extends string = "top1" | "loss"> {
  /** Pictures that are not trained on. */
  data: TrainingData<B>;
  /** In steps. @default once an epoch */
  every?: number;
  /** @default as the training's */
  batchSize?: number;
  /** By what the best weights are chosen. @default "top1", of detectors "AP", of pictures alone "loss" */
  metric?: Metric;
  /** Stops after so many evaluations without a better one. @default never */
  patience?: number;
}

export interface CheckpointOptions {
  /** Where they are kept. */
  store: CheckpointStore;
  /** In steps. @default once an epoch */
  every?: number;
  /** How many of the last are kept, besides the best. @default 2 */
  keep?: number;
}

/** What every training takes. */
export interface TrainingOptions<B, E, Metric extends string> {
  /** How long: epochs or steps. A step is one update of the weights. */
  epochs?: number;
  /** Instead of epochs. */
  steps?: number;
  /** Images of one forward. */
  batchSize: number;
  /** Batches whose gradients are added up to one step. @default 1 */
  accumulate?: number;
  /** The caller's to dispose. */
  optimizer: Optimizer;
  /** Learning rate, or a schedule of it by step, from 0. */
  rate: number | ((step: number) => number);
  /** Gradients that are longer than this, as one vector, are shortened to it. @default they are not */
  clipNorm?: number;
  /** The caller's to dispose. With it, evaluations judge the averages, and the model has them in the end. */
  ema?: WeightAverages;
  /** Of dropout, drop path and mixing; the order of the data is the data's own. @default 0 */
  seed?: number | string;
  /** Judges the model on other pictures from time to time. @default never */
  evaluation?: EvaluationOptions<B, Metric>;
  /** Keeps the run, so that it can be resumed. @default not */
  checkpoints?: CheckpointOptions;
  /** Goes on from the last checkpoint in the store, if there is one. @default false */
  resume?: boolean;
  /** What else fixes the run, for its checkpoints. A run is resumed with the same only. */
  config?: Readonly<Record<string, unknown>>;
  /** Ends the training after the present step, with a checkpoint. */
  signal?: AbortSignal;
  /** Told after each step, and waited for. */
  onStep?: (report: StepReport) => void | Promise<void>;
  /** Told after each evaluation, and waited for. */
  onEvaluation?: (report: EvaluationReport<E>) => void | Promise<void>;
  /** Told when a checkpoint is written, and waited for. */
  onCheckpoint?: (report: { name: string; step: number }) => void | Promise<void>;
  /** Told where a resumed run goes on: at step 0 and without a name if there is no checkpoint yet. */
  onResume?: (report: { name: string | undefined; step: number }) => void | Promise<void>;
}

/** What `fit` takes. */
export interface FitOptions extends TrainingOptions<Batch, Evaluation, "top1" | "loss"> {
  /** @default cross entropy */
  loss?: Loss;
  /** Instead of a loss. */
  objective?: Objective;
  /** Mixup, cutmix: what becomes of a batch before the model sees it. `progress` is the share of the steps done. */
  mix?: (batch: Batch, random: Random, progress: number) => Batch;
}

/** What `fitDetector` takes. */
export type FitDetectorOptions = TrainingOptions<DetectionBatch, DetectionEvaluation, "AP" | "AP50">;

/** What `fitPictures` takes. */
export interface FitPicturesOptions extends TrainingOptions<Batch, PictureEvaluation, "loss"> {
  objective: PictureObjective;
}

/** What is known after a step. */
export interface StepReport {
  /** Steps done. */
  step: number;
  steps: number;
  /** 0-based. */
  epoch: number;
  /** Mean over the step's images. */
  loss: number;
  rate: number;
  /** Before clipping; undefined where nothing is clipped. */
  gradientNorm: number | undefined;
  /** Of the last steps. */
  imagesPerSecond: number;
  /** Without the evaluations to come. */
  secondsLeft: number;
  /** Share of the time in which the model waited for data. */
  waiting: number;
}

export interface EvaluationReport<E = Evaluation> {
  step: number;
  epoch: number;
  /** Mean loss of the steps since the evaluation before. */
  trainingLoss: number;
  evaluation: E;
  /** Whether it is better than all before. */
  best: boolean;
}

export interface FitResult<E = Evaluation> {
  /** Steps done. */
  steps: number;
  /** Why it ended: all steps were done, or evaluations no longer got better. */
  ended: "done" | "early";
  best: { step: number; value: number } | undefined;
  /** The last one. */
  evaluation: E | undefined;
}
