import type { Backbone } from "@tessera/core";
import {
  type Preprocessing,
  type RgbImage,
  decodeImage,
  evaluationBatches,
  frameImage,
  select,
  trainingBatches,
} from "@tessera/data";
import { type Evaluation, type FeatureHead, addLora } from "@tessera/train";
import type { CurvePoint, Lesson, LessonPlan } from "../lessons.ts";
import { framedAlready } from "./framed-already.ts";
import { datasetOf } from "./learnt-of.ts";
import { Taught } from "./lesson-model.ts";
import { train } from "./train.ts";

interface LowRankOptions {
  learnt: readonly number[];
  heldBack: readonly number[];
  signal: AbortSignal;
  onRead: (share: number) => void;
  onPoint: (point: CurvePoint) => void;
}

/** Trains low-rank parts beside a model's weights, and a head with them. The parts are taken off again. */
export async function trainLowRank(
  { model, preprocessing }: { model: Backbone; preprocessing: Preprocessing },
  head: FeatureHead,
  plan: LessonPlan,
  { learnt, heldBack, onRead, ...options }: LowRankOptions,
): Promise<{ parts: NonNullable<Lesson["parts"]>; evaluation: Evaluation | undefined }> {
  const frames = await framesOf(plan, preprocessing, options.signal, onRead);
  const all = datasetOf(plan, frames);
  const loading = { preprocessing: framedAlready(preprocessing), workers: 0, memory: 0 };
  const augmentation = { crop: { kind: "resized", scale: [0.5, 1] }, flip: "random" } as const;
  using data = trainingBatches(select(all, learnt), { ...loading, augmentation });
  using judging = evaluationBatches(select(all, heldBack), loading);
  const lora = addLora(model, { head: false });
  try {
    const learner = new Taught(model, head);
    const how = { data, heldBack: judging, epochs: plan.epochs, rate: 2e-3, clipNorm: 1, ...options };
    const evaluation = await train(learner, how);
    const parts = [...lora.state()].map(
      async ([path, value]) => [path, { shape: value.shape, values: await value.data<"float32">() }] as const,
    );
    return { evaluation, parts: new Map(await Promise.all(parts)) };
  } finally {
    lora.remove();
  }
}

/** What the model sees of each picture, in bytes: a whole one may be of many megapixels. */
async function framesOf(
  { pictures }: LessonPlan,
  preprocessing: Preprocessing,
  signal: AbortSignal,
  onRead: (share: number) => void,
): Promise<RgbImage[]> {
  const frames: RgbImage[] = [];
  for (const { blob } of pictures) {
    signal.throwIfAborted();
    frames.push(frameImage(await decodeImage(blob), preprocessing));
    if (frames.length % 16 === 0) onRead(frames.length / pictures.length);
  }
  return frames;
}
