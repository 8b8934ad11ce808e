import { memory } from "@tensorflow/tfjs-core";
import { summarize } from "@tessera/core";
import { assemble, fit } from "@tessera/train";
import { print, printJson } from "../report.ts";
import { short } from "../table.ts";
import type { Job, Loaded } from "./job.ts";
import type { Length } from "./length.ts";
import { duration } from "./status-line.ts";

/** Steps that are measured; the first ones fill caches. */
const MEASURED = 4;

/** `--dry-run`: what the training would be, from its configuration and a few steps of it. Nothing is written. */
export async function showPlan(job: Job, length: Length, { train }: Loaded): Promise<number> {
  const { config, settings, model, parts, backend, signal } = job;
  const { recipe, imageSize } = config;
  const { params, macs } = summarize(model, [1, imageSize, imageSize, 3]);
  const { stepsPerEpoch, steps, ...batches } = length;
  const learner = job.learner ?? model;
  const made = assemble(recipe, learner, stepsPerEpoch, train.classes.length);
  const times: number[] = [];
  let [began, tensors] = [performance.now(), 0];
  try {
    await fit(learner, train, {
      ...made,
      ...batches,
      steps: Math.min(MEASURED, stepsPerEpoch),
      signal,
      onStep() {
        times.push((performance.now() - began) / 1000);
        began = performance.now();
        tensors = memory().numBytes;
      },
    });
  } finally {
    made.optimizer.dispose();
    made.ema?.dispose();
  }
  const perStep = Math.min(...times);
  const plan = {
    model: config.model.architecture,
    params,
    macs,
    imageSize,
    images: { train: parts.train.length, validation: parts.validation?.length, test: parts.test?.length },
    epochs: recipe.epochs,
    steps,
    seconds: { step: perStep, epoch: perStep * stepsPerEpoch, all: perStep * steps },
    memory: { weightsAndStateMB: tensors / 1e6, peakRssMB: process.resourceUsage().maxRSS / 1e3 },
    petaflop: (6 * macs * recipe.epochs * train.length) / 1e15,
    backend: backend.name,
    precision: backend.precision,
    recipe,
  };
  if (settings.json) printJson(plan);
  else {
    print(
      `model    ${plan.model}, ${short(params)} parameters, ${short(macs)} multiply-adds a picture of ${imageSize} px`,
    );
    print(
      `data     ${parts.train.length} pictures to train on, ${parts.validation?.length ?? 0} to choose by, ${parts.test?.length ?? 0} to test with`,
    );
    print(
      `recipe   ${config.preset}: ${recipe.epochs} epochs of ${stepsPerEpoch} steps, batches of ${recipe.batchSize}, ${recipe.optimizer} at ${recipe.rate}`,
    );
    print(
      `time     ${perStep.toFixed(2)} s a step, ${duration(plan.seconds.epoch)} an epoch, ${duration(plan.seconds.all)} in all on ${backend.name} (${backend.device})`,
    );
    print(
      `memory   ${plan.memory.peakRssMB.toFixed(0)} MB at most, ${plan.memory.weightsAndStateMB.toFixed(0)} MB of it weights and what the optimiser keeps`,
    );
    print(`cost     ${plan.petaflop.toPrecision(2)} PFLOP`);
  }
  return 0;
}
