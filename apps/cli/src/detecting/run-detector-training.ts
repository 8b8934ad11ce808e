import { join } from "node:path";
import { detectionEvaluationBatches, detectionTrainingBatches } from "@tessera/data";
import { saveDetector } from "@tessera/pipeline";
import {
  type DetectionEvaluation,
  type FitDetectorOptions,
  type StepReport,
  assembleDetection,
  detectionCurvesOf,
  detectionLogEntry,
  evaluateDetector,
  fitDetector,
} from "@tessera/train";
import { note, print, printJson } from "../report.ts";
import { type Length, lengthOf } from "../training/length.ts";
import { checkpointInterval, loadBest, openRun } from "../training/open-run.ts";
import { identityOf } from "../training/run-config.ts";
import type { RunFolder } from "../training/run-folder.ts";
import { skippedIn, skippedNotes } from "../training/skipped.ts";
import { StatusLine, duration } from "../training/status-line.ts";
import { cocoNumbers, scoresLine } from "./coco-numbers.ts";
import { detectorCard } from "./detector-card.ts";
import type { DetectorJob, DetectorLogEntry } from "./detector-job.ts";
import { showDetectorPlan } from "./detector-plan.ts";

type Batches = ReturnType<typeof detectionTrainingBatches>;

/** Trains a detector, keeps all of it in the run's folder, and writes the best one there. The exit code. */
export async function runDetectorTraining(job: DetectorJob): Promise<number> {
  const { config, settings, parts, preprocessing, model, signal } = job;
  const length = lengthOf(config.recipe, settings, parts.train);
  const { augmentation } = config.recipe;
  const train = detectionTrainingBatches(parts.train, { preprocessing, augmentation, seed: settings.seed ?? 0 });
  if (settings.dryRun) return await showDetectorPlan(job, length, train);
  const validation = parts.validation && detectionEvaluationBatches(parts.validation, { preprocessing });
  const test = parts.test && detectionEvaluationBatches(parts.test, { preprocessing });
  const run = await openRun<DetectorLogEntry>(config, settings, detectionCurvesOf);
  await trained(job, length, train, validation, run);
  const judge = test ?? validation;
  const evaluation = judge && (await evaluateDetector(model, judge, { batchSize: length.batchSize, signal }));
  const skipped = skippedIn([train, validation, test]);
  const folder = join(run.path, "model");
  await saveDetector(model, folder, { labels: parts.train.classes, preprocessing });
  await run.write({
    "model/README.md": detectorCard(job, run, evaluation),
    ...(skipped.length > 0 && { "skipped.jsonl": skipped.map((one) => `${JSON.stringify(one)}\n`).join("") }),
    ...(evaluation && {
      "evaluation.json": `${JSON.stringify(cocoNumbers(evaluation, parts.train.classes), undefined, 2)}\n`,
    }),
  });
  report(job, run, evaluation, test ? "test" : "validation", skipped.length);
  for (const line of skippedNotes(skipped)) note(line);
  return 0;
}

/** Trains from where the run is to its end; the model then has the best weights, or the last where nothing chooses. */
async function trained(
  { config, settings, model, signal }: DetectorJob,
  { stepsPerEpoch, ...length }: Length,
  train: Batches,
  validation: Batches | undefined,
  run: RunFolder<DetectorLogEntry>,
): Promise<void> {
  const parts = assembleDetection(config.recipe, model, stepsPerEpoch);
  const line = new StatusLine();
  const clock = { seconds: 0, since: performance.now() };
  let last: StepReport | undefined;
  const options: FitDetectorOptions = {
    ...parts,
    ...length,
    seed: settings.seed,
    evaluation: validation && { data: validation },
    checkpoints: { store: run.checkpoints, keep: settings.keep, every: checkpointInterval(stepsPerEpoch) },
    resume: settings.resume,
    config: identityOf(config),
    signal,
    onStep(step) {
      last = step;
      line.step(step);
    },
    async onResume({ step }) {
      await run.rewind(step);
      clock.seconds = run.log.at(-1)?.seconds ?? 0;
      if (!settings.json && step > 0) note(`goes on at step ${step}`);
    },
    async onEvaluation(evaluation) {
      const { rate, imagesPerSecond, waiting } = last!;
      const seconds = clock.seconds + (performance.now() - clock.since) / 1000;
      const entry = { ...detectionLogEntry(evaluation), rate, imagesPerSecond, waiting, seconds };
      await run.add(entry);
      line.clear();
      if (settings.json) return;
      const { epoch, trainingLoss, best } = entry;
      print(`epoch ${epoch}  training loss ${trainingLoss.toFixed(3)}  ${scoresLine(entry)}  ${duration(seconds)}${best ? "  best" : ""}`); // prettier-ignore
    },
  };
  try {
    const { best } = await fitDetector(model, train, options);
    if (best) await loadBest(model, run);
  } finally {
    line.clear();
    parts.optimizer.dispose();
    parts.ema?.dispose();
  }
}

function report(
  { settings, model, parts }: DetectorJob,
  run: RunFolder<DetectorLogEntry>,
  evaluation: DetectionEvaluation | undefined,
  part: string,
  skipped: number,
): void {
  const seconds = run.log.at(-1)?.seconds ?? 0;
  if (settings.json) {
    const numbers = evaluation && cocoNumbers(evaluation, parts.train.classes);
    printJson({ ...numbers, seconds, part, skipped, run: run.path, params: model.paramCount });
    return;
  }
  if (evaluation) print(`${scoresLine(evaluation.scores)} of ${evaluation.images} ${part} pictures`);
  note(`${join(run.path, "model")} is the model: tessera detect PICTURE --model ${run.path}`);
}
