import type { Module } from "@tessera/core";
import { type Evaluation, type TrainingData, adamW, cosine, fit, paramGroups } from "@tessera/train";
import type { CurvePoint } from "../lessons.ts";

type Learner = Parameters<typeof fit>[0] & Module;

interface TrainOptions {
  data: TrainingData;
  heldBack: TrainingData;
  epochs: number;
  /** For batches of 64; it follows their size. */
  rate: number;
  clipNorm?: number;
  signal: AbortSignal;
  onPoint: (point: CurvePoint) => void;
}

/** As many points are enough for a curve, whichever number of steps. */
const points = 100;

/** Trains as the presets `head` and `lora` do, and judges by held-back pictures after each epoch, if there are any. */
export async function train(learner: Learner, options: TrainOptions): Promise<Evaluation | undefined> {
  const { data, heldBack, epochs, clipNorm, signal, onPoint } = options;
  const batchSize = batchFor(data.length);
  const stepsPerEpoch = Math.floor(data.length / batchSize);
  const steps = epochs * stepsPerEpoch;
  // A point a pass where there are enough of them: single steps jump up and down.
  const interval = Math.max(Math.ceil(steps / points), epochs >= 20 ? stepsPerEpoch : 1);
  const rate = (options.rate * batchSize) / 64;
  const optimizer = adamW(learner.params(), { groups: paramGroups(learner, { weightDecay: 0.01 }) });
  let [sum, count] = [0, 0];
  try {
    const { evaluation } = await fit(learner, data, {
      epochs,
      batchSize,
      optimizer,
      rate: cosine({ rate, steps, warmupSteps: Math.min(stepsPerEpoch, Math.floor(steps / 5)) }),
      ...(clipNorm !== undefined && { clipNorm }),
      ...(heldBack.length > 0 && { evaluation: { data: heldBack, batchSize: 64 } }),
      signal,
      onStep({ step, loss }) {
        [sum, count] = [sum + loss, count + 1];
        if (step % interval !== 0 && step !== steps) return;
        onPoint({ step, steps, loss: sum / count });
        [sum, count] = [0, 0];
      },
      onEvaluation: ({ step, evaluation: { loss, top1 } }) => onPoint({ step, steps, heldBack: { loss, top1 } }),
    });
    return evaluation;
  } finally {
    optimizer.dispose();
  }
}

/** Halved until an epoch has a few steps, as `tessera finetune` does; no larger than all there is. */
function batchFor(pictures: number): number {
  let batch = 64;
  while (batch > 8 && pictures / batch < 4) batch /= 2;
  return Math.min(batch, pictures);
}
