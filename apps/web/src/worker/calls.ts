import type { CompactAttention, Frame, HeadDistance, Heatmap, WindowedBlock } from "@tessera/explain";
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
  /** Of the weights, by its SPDX name; undefined where nobody says it. */
  licence: string | undefined;
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
    | "Reading the picture"
    | "Watching its attention"
    | "Asking what speaks for the answer"
    | "Reading its tokens"
    | "Reading pictures"
    | "Training"
    | "Writing the files";
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
  /** Undefined of models with other classes. */
  difference: Difference | undefined;
}

export interface Difference {
  /** The largest absolute difference of a logit. */
  largest: number;
  /** The class whose logits differ most. */
  where: string;
  /** Largest logit without its sign, to see the difference against. */
  scale: number;
}

export interface Side {
  ready: Ready;
  /** The likeliest classes, the best first. */
  top: { index: number; label: string; score: number }[];
  ms: number;
  /** What speaks for its answer, where that was asked for. */
  shown: ShownSide | undefined;
}

export interface ShownSide extends Pick<Insight, "picture" | "frame"> {
  name: MapName;
  map: Heatmap;
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

/** What a model does with a picture, step by step. */
export interface Insight {
  /** The likeliest classes, the best first, with what the softmax takes. */
  top: { index: number; label: string; score: number; logit: number }[];
  /** The class that the maps explain. */
  target: { index: number; label: string };
  /** Of the picture that was given, in pixels; `frame` is what of it the model sees. */
  picture: { width: number; height: number };
  frame: Frame;
  /** What the model sees: its pixels before they are normalised. */
  seen: PixelGrid;
  /** How tokens are made of it: of patches, of patches with words inside, or by convolutions whose places lie as patches do. */
  stem: "patches" | "words" | "convolutions";
  /** Of patches, or of places. */
  grid: readonly [rows: number, columns: number];
  /** Where each token looks, or why that cannot be shown. */
  attention: CompactAttention | undefined;
  withoutAttention: string | undefined;
  /** Attention inside windows, block by block; undefined where tokens look at all others, or at none. */
  windows: WindowedBlock[] | undefined;
  /** What each patch counts for the answer; signed by nothing, so from 0 up. */
  maps: Partial<Record<MapName, Heatmap>>;
  distances: HeadDistance[];
  /** Cosines of all positions, [patches, patches]; undefined where none are added. */
  positions: Float32Array | undefined;
  tokens: TokenNumbers | undefined;
  /** What the head would say after each block; empty where it cannot be asked. */
  lens: { label: string; score: number; target: number }[];
}

export interface LookedInside extends Insight {
  ready: Ready;
}

export type MapName = "relevance" | "rollout" | "gradCam";

/** Bytes of red, green and blue, row by row. */
export interface PixelGrid {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

/** The first numbers of each token on its way. */
export interface TokenNumbers {
  /** Of a whole token. */
  width: number;
  /** Numbers of each that are here. */
  shown: number;
  /** Tokens before the patches. */
  prefix: number;
  /** [patches, shown] */
  projected: Float32Array;
  /** [patches, shown] */
  positions: Float32Array | undefined;
  /** After each block, [n, shown]. */
  blocks: Float32Array[];
}
