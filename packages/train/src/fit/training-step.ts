import { type Scalar, dispose, mul, tidy } from "@tensorflow/tfjs-core";
import type { Context, Param, Random } from "@tessera/core";
import type { Batch } from "../data.ts";
import { batchTensors } from "./batch-tensors.ts";
import { type Gradients, accumulate, clipFactor, globalNorm, gradientsOf } from "./gradients.ts";
import type { FitOptions, Objective } from "./options.ts";

export interface StepResult {
  loss: number;
  gradientNorm: number | undefined;
  /** False if loss or gradients are not finite; the weights are as they were then. */
  finite: boolean;
}

/** What a step needs besides its batches. */
export interface StepSettings extends Pick<FitOptions, "optimizer" | "mix" | "clipNorm"> {
  params: ReadonlyMap<string, Param>;
  objective: Objective;
  classes: number;
}

/** One update of the weights from the mean gradient of some batches. All that is random follows from `random`. */
export async function trainingStep(
  batches: readonly Batch[],
  { rate, progress }: { rate: number; progress: number },
  random: Random,
  { params, objective, classes, optimizer, mix, clipNorm }: StepSettings,
): Promise<StepResult> {
  const gradients: Gradients = new Map();
  try {
    let loss = 0;
    for (const [i, batch] of batches.entries()) {
      const own = random.fork(i);
      const mixed = mix ? mix(batch, own.fork("mix"), progress) : batch;
      const tensors = batchTensors(mixed, classes);
      const ctx: Context = { training: true, random: own.fork("model") };
      // Whoever adds up gradients of parts means their mean.
      const part = () => tidy(() => mul(objective(tensors, ctx), 1 / batches.length) as Scalar);
      const { value, gradients: more } = gradientsOf(params, part);
      accumulate(gradients, more);
      loss += (await value.data())[0]!;
      dispose([value, tensors.images, tensors.targets]);
    }
    const norm = clipNorm === undefined ? undefined : await read(globalNorm(gradients));
    const finite = Number.isFinite(loss) && (norm === undefined || Number.isFinite(norm));
    if (finite) {
      optimizer.step(gradients, rate, { scale: clipNorm === undefined ? 1 : clipFactor(norm!, clipNorm) });
    }
    return { loss, gradientNorm: norm, finite };
  } finally {
    dispose([...gradients.values()]);
  }
}

async function read(value: Scalar): Promise<number> {
  const [number] = await value.data();
  value.dispose();
  return number!;
}
