import type { BackendName, BackendReport, Precision } from "@tessera/backends";

/** Where a model comes from. */
export type ModelChoice =
  | { kind: "embedded" }
  /** A folder's address, with config.json and the weights in it; or a hub's `owner/name`, with the hub's if it is another. */
  | { kind: "address"; address: string; endpoint?: string | undefined }
  | { kind: "files"; weights: File; config?: File; preprocessor?: File; arch?: string }
  /** Random weights: for measuring. */
  | { kind: "variant"; variant: string };

/** Where to run. */
export interface Place {
  backend: BackendName | "auto";
  precision: Precision;
}

/** What to run, and where. */
export interface Setup extends Place {
  model: ModelChoice;
}

/** The model that was loaded for a `Setup`, and the backend that it runs on. */
export interface Ready {
  model: string;
  params: number;
  classes: number;
  imageSize: [height: number, width: number];
  backend: BackendName;
  device: string;
  precision: Precision;
  /** What loading warned of: NaN in a weight, positions that were resampled. */
  warnings: readonly string[];
}

export interface Stage {
  stage:
    | "Waiting"
    | "Starting the backend"
    | "Fetching the model"
    | "Loading the model"
    | "Warming up"
    | "Measuring"
    | "Reading the picture";
  /** Share that is done, from 0 to 1, where it is known. */
  share?: number | undefined;
}

/** A file, or a frame of a camera. */
export type Picture = Blob | ImageBitmap | VideoFrame;

export interface Classified {
  ready: Ready;
  top: { index: number; label: string; score: number }[];
  /** Milliseconds that each step took. */
  ms: { decode: number; preprocess: number; forward: number };
}

export interface Compared {
  sides: [Side, Side];
  /** The largest absolute difference of a logit. */
  largestDifference: number;
  /** The class whose logits differ most. */
  where: string;
  /** Largest logit without its sign, to see the difference against. */
  scale: number;
}

export interface Side {
  ready: Ready;
  label: string;
  score: number;
  ms: number;
}

export interface Measured {
  ready: Ready;
  batch: number;
  threads: number | undefined;
  /** Milliseconds of each forward, in order. */
  runs: number[];
}

export interface Survey {
  backends: BackendReport[];
  /** Names of every variant that a lone checkpoint may be of. */
  variants: readonly string[];
  isolated: boolean;
}

export type WorkerCalls = {
  survey: { input: undefined; output: Survey; progress: never };
  prepare: { input: Setup; output: Ready; progress: Stage };
  classify: { input: { setup: Setup; picture: Picture; topK: number }; output: Classified; progress: Stage };
  compare: {
    input: { model: ModelChoice; places: readonly [Place, Place]; picture: Picture };
    output: Compared;
    progress: Stage;
  };
  measure: { input: { setup: Setup; batch: number; runs: number }; output: Measured; progress: Stage };
};
