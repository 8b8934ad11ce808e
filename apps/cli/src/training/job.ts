import type { BackendChoice } from "@tessera/backends";
import type { Backbone } from "@tessera/core";
import type { Preprocessing } from "@tessera/data";
import type { Classifier, Evaluation, TrainingData } from "@tessera/train";
import type { DataParts } from "./open-data.ts";
import type { RunConfig } from "./run-config.ts";
import type { RunFolder } from "./run-folder.ts";
import type { TrainSettings } from "./settings.ts";

/** What a training computes with. */
export interface Loaded {
  train: TrainingData;
  validation: TrainingData | undefined;
  test: TrainingData | undefined;
}

/** A training that is ready to run. */
export interface Job {
  config: RunConfig;
  settings: TrainSettings;
  /** What is written in the end. Its parameters are filled. */
  model: Backbone;
  /** What learns, where that is not the whole model: its head on features. */
  learner?: Classifier;
  parts: DataParts;
  backend: BackendChoice;
  preprocessing: Preprocessing;
  signal: AbortSignal;
  /** What the learner sees, in place of pictures. */
  prepare?: (pictures: Loaded, run: RunFolder | undefined) => Promise<Loaded>;
  /** Finds the learner's weights at once, where nothing has to be trained step by step; says how it judges what it learnt from. */
  solve?: (run: RunFolder) => Promise<Evaluation>;
  /** Brings what was learnt into the model, once the learner has its best weights. */
  finish?: (run: RunFolder) => Promise<void>;
}
