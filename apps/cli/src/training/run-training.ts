import { join } from "node:path";
import { TesseraError } from "@tessera/core";
import { type Skipped, evaluationBatches, trainingBatches } from "@tessera/data";
import { saveModel } from "@tessera/pipeline";
import {
  type Evaluation,
  type FitOptions,
  type StepReport,
  assemble,
  curvesOf,
  distillation,
  evaluate,
  fit,
  logEntry,
} from "@tessera/train";
import { note, print, printJson } from "../report.ts";
import type { Job, Loaded } from "./job.ts";
import { type Length, lengthOf } from "./length.ts";
import { modelCard } from "./model-card.ts";
import { showPlan } from "./plan.ts";
import { checkpointInterval, loadBest, openRun } from "./open-run.ts";
import { identityOf } from "./run-config.ts";
import type { RunFolder, RunLogEntry } from "./run-folder.ts";
import { skippedIn, skippedNotes } from "./skipped.ts";
import { loadTeacher } from "./teacher.ts";
import { StatusLine, duration } from "./status-line.ts";

/** Trains, keeps all of it in the run's folder, and writes the best model there. The exit code. */
export async function runTraining(job: Job): Promise<number> {
  const { config, settings, parts, preprocessing } = job;
  const { workers, seed = 0, dryRun } = settings;
  const length = lengthOf(config.recipe, settings, parts.train);
  const { augmentation } = config.recipe;
  using train = trainingBatches(parts.train, { preprocessing, workers, augmentation, seed });
  if (dryRun && job.solve) {
    throw new TesseraError(
      "--dry-run: expected something that is trained, got --only probe; it takes one pass over the pictures",
    );
  }
  if (dryRun)
    return await showPlan(job, length, await prepared(job, { train, validation: undefined, test: undefined }));
  using validation = parts.validation && evaluationBatches(parts.validation, { preprocessing, workers });
  using test = parts.test && evaluationBatches(parts.test, { preprocessing, workers });
  const run = await openRun<RunLogEntry>(config, settings, curvesOf);
  const loaded = await prepared(job, { train, validation, test }, run);
  await (job.solve ? solved(job, loaded, run) : trained(job, length, loaded, run));
  const judge = loaded.test ?? loaded.validation;
  const evaluation = judge && (await evaluate(job.learner ?? job.model, judge, { signal: job.signal }));
  await job.finish?.(run);
  const skipped = skippedIn([train, validation, test]);
  await keep(job, run, evaluation, skipped);
  report(job, run, evaluation, test ? "test" : "validation", skipped.length);
  for (const line of skippedNotes(skipped)) note(line);
  return 0;
}

async function prepared({ prepare }: Job, pictures: Loaded, run?: RunFolder): Promise<Loaded> {
  return prepare ? prepare(pictures, run) : pictures;
}

/** Trains from where the run is to its end; the model then has the best weights, or the last where nothing chooses. */
async function trained(
  job: Job,
  { stepsPerEpoch, ...length }: Length,
  { train, validation }: Loaded,
  run: RunFolder,
): Promise<void> {
  const { config, settings, signal } = job;
  const learner = job.learner ?? job.model;
  const teacher = settings.teacher === undefined ? undefined : await loadTeacher(settings.teacher, job);
  const parts = assemble(config.recipe, learner, stepsPerEpoch, train.classes.length);
  const line = new StatusLine();
  const clock = { seconds: 0, since: performance.now() };
  let last: StepReport | undefined;
  const options: FitOptions = {
    ...parts,
    ...length,
    objective: teacher && distillation(learner, teacher.forward, { ...config.recipe.distillation, loss: parts.loss }),
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
      const entry = { ...logEntry(evaluation), rate, imagesPerSecond, waiting, seconds };
      await run.add(entry);
      line.clear();
      if (settings.json) return;
      const { epoch, trainingLoss, loss, top1, best } = entry;
      print(`epoch ${epoch}  training loss ${trainingLoss.toFixed(3)}  loss ${loss.toFixed(3)}  top-1 ${percent(top1)}  ${duration(seconds)}${best ? "  best" : ""}`); // prettier-ignore
    },
  };
  try {
    const { best } = await fit(learner, train, options);
    if (best) await loadBest(learner, run);
  } finally {
    line.clear();
    parts.optimizer.dispose();
    parts.ema?.dispose();
    teacher?.dispose();
  }
}

/** Finds the weights at once; the log has one line, of the end. */
async function solved(job: Job, { train, validation }: Loaded, run: RunFolder): Promise<void> {
  const { learner = job.model, signal } = job;
  const began = performance.now();
  const { loss: trainingLoss } = await job.solve!(run);
  const evaluation = validation && (await evaluate(learner, validation, { signal }));
  if (!evaluation) return;
  const seconds = (performance.now() - began) / 1000;
  await run.rewind(0);
  const entry = logEntry({ step: 1, epoch: 0, trainingLoss, evaluation, best: true });
  await run.add({ ...entry, rate: 0, imagesPerSecond: train.length / seconds, waiting: 0, seconds });
}

/** Writes the model's folder with its card, and what it achieves. */
async function keep(
  job: Job,
  run: RunFolder,
  evaluation: Evaluation | undefined,
  skipped: readonly Skipped[],
): Promise<void> {
  const { model, parts, preprocessing } = job;
  const folder = join(run.path, "model");
  await saveModel(model, folder, { labels: parts.train.classes, preprocessing });
  await run.write({
    "model/README.md": modelCard(job, run, evaluation),
    ...(skipped.length > 0 && { "skipped.jsonl": skipped.map((one) => `${JSON.stringify(one)}\n`).join("") }),
    ...(evaluation && { "evaluation.json": `${JSON.stringify(evaluation, undefined, 2)}\n` }),
  });
}

function report(
  { settings, model }: Job,
  run: RunFolder,
  evaluation: Evaluation | undefined,
  part: string,
  skipped: number,
): void {
  const { images, top1, top5, loss } = evaluation ?? {};
  const seconds = run.log.at(-1)?.seconds ?? 0;
  if (settings.json) {
    printJson({ images, top1, top5, loss, seconds, part, skipped, run: run.path, params: model.paramCount });
    return;
  }
  if (evaluation)
    print(`top-1 ${percent(evaluation.top1)} of ${images} ${part} pictures, loss ${evaluation.loss.toFixed(3)}`);
  note(`${join(run.path, "model")} is the model: tessera classify PICTURE --model ${join(run.path, "model")}`);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
