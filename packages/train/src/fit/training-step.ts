import { type Scalar, dispose, mul, tidy } from "@tensorflow/tfjs-core";
import type { Context, Param, Random } from "@tessera/core";
import { type Gradients, accumulate, clipFactor, globalNorm, gradientsOf } from "./gradients.ts";
import type { TrainingOptions } from "./options.ts";
import type { Task } from "./task.ts";

export interface StepResult {
  loss: number;
  gradientNorm: number | undefined;
  /** False if loss or gradients are not finite; the weights are as they were then. */
  finite: boolean;
}

/** What a step needs besides its batches. */
export interface StepSettings<B> extends Pick<TrainingOptions<B, never, string>, "optimizer" | "clipNorm"> {
  params: ReadonlyMap<string, Param>;
  task: Pick<Task<B, never>, "begin">;
}

/** One update of the weights from the mean gradient of some batches. All that is random follows from `random`. */
export async function trainingStep<B>(
  batches: readonly B[],
  { rate, progress }: { rate: number; progress: number },
  random: Random,
  { params, task, optimizer, clipNorm }: StepSettings<B>,
): Promise<StepResult> {
  const gradients: Gradients = new Map();
  try {
    let loss = 0;
    for (const [i, batch] of batches.entries()) {
      const own = random.fork(i);
      const { objective, tensors } = task.begin(batch, own, progress);
      const ctx: Context = { training: true, random: own.fork("model") };
      // Whoever adds up gradients of parts means their mean.
      const part = () => tidy(() => mul(objective(ctx), 1 / batches.length) as Scalar);
      try {
        const { value, gradients: more } = gradientsOf(params, part);
        accumulate(gradients, more);
        loss += (await value.data())[0]!;
        value.dispose();
      } finally {
        dispose(tensors);
      }
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
