import type { Ready, Setup } from "./calls.ts";

/** What learns: the head in closed form or step by step, on features; or low-rank parts of the whole model and the head. */
export type Method = "probe" | "head" | "lora";

/** A picture that a class is taught by, as the model sees it; or why it could not be read. */
export type ReadPicture =
  | {
      thumbnail: Blob;
      /** Of a frame of the camera, which is gone when the next one comes: a file of it. */
      kept: Blob | undefined;
      /** What the head sees of it: [width] */
      features: Float32Array;
    }
  | { error: string };

export interface PicturesRead {
  ready: Ready;
  /** In the order given. */
  pictures: ReadPicture[];
}

/** What is to be learnt, and of what. */
export interface LessonPlan {
  setup: Setup;
  method: Method;
  /** Times that each picture is learnt from; a head in closed form needs none. */
  epochs: number;
  classes: readonly string[];
  pictures: readonly LessonPicture[];
}

export interface LessonPicture {
  /** A place among the classes. */
  label: number;
  features: Float32Array;
  blob: Blob;
}

/** How a training goes: after so many steps, the loss of those since the point before, and how held-back pictures are told. */
export interface CurvePoint {
  step: number;
  steps: number;
  loss?: number;
  heldBack?: { loss: number; top1: number };
}

/** What was learnt: a head, and for LoRA the parts beside the model's weights. */
export interface Lesson {
  method: Method;
  epochs: number;
  classes: readonly string[];
  head: { width: number; weight: Float32Array; bias: Float32Array };
  /** By the model's paths. */
  parts: ReadonlyMap<string, { shape: readonly number[]; values: Float32Array }> | undefined;
  /** Pictures that it was learnt of. */
  learnt: number;
  /** How it tells the held-back ones; undefined where there were too few to hold any back. */
  judged: Judged | undefined;
}

export interface Judged {
  images: number;
  top1: number;
  /** Pictures by true class (row) and by what they are taken for (column). */
  confusion: number[][];
}

/** Which of the taught classes a picture shows, the likeliest first. */
export interface Tried {
  top: { index: number; label: string; score: number }[];
}

export interface WrittenFile {
  name: string;
  blob: Blob;
}
