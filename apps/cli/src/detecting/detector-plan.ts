import { memory } from "@tensorflow/tfjs-core";
import { summarize } from "@tessera/core";
import type { DetectionBatches } from "@tessera/data";
import { assembleDetection, fitDetector } from "@tessera/train";
import { print, printJson } from "../report.ts";
import { short } from "../table.ts";
import type { Length } from "../training/length.ts";
import { duration } from "../training/status-line.ts";
import type { DetectorJob } from "./detector-job.ts";

/** Steps that are measured; the first ones fill caches. */
const MEASURED = 4;

/** `--dry-run`: what the training would be, from its configuration and a few steps of it. Nothing is written. */
export async function showDetectorPlan(job: DetectorJob, length: Length, train: DetectionBatches): Promise<number> {
  const { config, settings, model, parts, backend, preprocessing, signal } = job;
  const { recipe } = config;
  const side = preprocessing.shortest;
  const { params, macs } = summarize(model, [1, side, side, 3]);
  const { stepsPerEpoch, steps, ...batches } = length;
  const made = assembleDetection(recipe, model, stepsPerEpoch);
  const times: number[] = [];
  let [began, tensors] = [performance.now(), 0];
  try {
    await fitDetector(model, train, {
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
    imageSize: side,
    images: { train: parts.train.length, validation: parts.validation?.length, test: parts.test?.length },
    objects: parts.train.objects,
    epochs: recipe.epochs,
    steps,
    seconds: { step: perStep, epoch: perStep * stepsPerEpoch, all: perStep * steps },
    memory: { weightsAndStateMB: tensors / 1e6, peakRssMB: process.resourceUsage().maxRSS / 1e3 },
    backend: backend.name,
    precision: backend.precision,
    recipe,
  };
  if (settings.json) {
    printJson(plan);
    return 0;
  }
  const { validation, test } = plan.images;
  print(`model    ${plan.model}, ${short(params)} parameters, ${short(macs)} multiply-adds a picture of ${side} px`);
  print(
    `data     ${plan.images.train} pictures to train on, ${validation ?? 0} to choose by, ${test ?? 0} to test with`,
  );
  print(`recipe   ${config.preset}: ${recipe.epochs} epochs of ${stepsPerEpoch} steps, batches of ${recipe.batchSize}, ${recipe.optimizer} at ${recipe.rate}`); // prettier-ignore
  print(`time     ${perStep.toFixed(2)} s a step, ${duration(plan.seconds.epoch)} an epoch, ${duration(plan.seconds.all)} in all on ${backend.name} (${backend.device})`); // prettier-ignore
  print(`memory   ${plan.memory.peakRssMB.toFixed(0)} MB at most, ${plan.memory.weightsAndStateMB.toFixed(0)} MB of it weights and what the optimiser keeps`); // prettier-ignore
  return 0;
}
