import { type Dataset, evaluationBatches, openDataset } from "@tessera/data";
import { TesseraError, printable } from "@tessera/core";
import { type Evaluation, type Judgement, evaluate, evaluationPage } from "@tessera/train";
import { saveFolder } from "@tessera/weights";
import { progress } from "../progress.ts";
import { note, print, printJson } from "../report.ts";
import { type RunSettings, interruption, introduce, startBackend } from "../run-options.ts";
import { table } from "../table.ts";
import { dataUri } from "../training/data-uri.ts";
import { skippedIn, skippedNotes } from "../training/skipped.ts";
import { loadTrained } from "../training/load-trained.ts";
import { text } from "../training/run-folder.ts";

interface EvalSettings extends Omit<RunSettings, "batch"> {
  task?: "classification" | "detection";
  batch?: number;
  part?: "train" | "validation" | "test";
  worst: number;
  workers?: number;
  out?: string;
}

/** `tessera eval`: how well a model knows the pictures of a data set. */
export async function evaluateModel(source: string, options: EvalSettings): Promise<number> {
  if (options.task === "detection")
    return (await import("../detecting/eval-detector.ts")).evaluateDetectorOn(source, options);
  const { json, batch = 64, workers, out, worst } = options;
  const signal = interruption();
  const backend = await startBackend(options);
  const { model, labels, preprocessing, name } = await loadTrained(options, signal);
  try {
    const [dataset, part] = await partOf(source, labels, options.part, signal);
    if (!json) introduce(name, backend);
    using data = evaluationBatches(dataset, { preprocessing, workers });
    const bar = progress("eval", json ? 0 : dataset.length);
    const mistakes: Judgement[] = [];
    const began = performance.now();
    const onJudgement = (one: Judgement) => {
      bar.step();
      if (one.label !== one.predicted) mistakes.push(one);
    };
    const evaluation = await evaluate(model, data, { batchSize: batch, signal, onJudgement }).finally(() => bar.stop());
    const seconds = (performance.now() - began) / 1000;
    if (out !== undefined) await write(out, `${name} on ${source}`, evaluation, dataset, mistakes, worst);
    const { images, top1, top5, loss, calibration, classes } = evaluation;
    const summary = {
      model: name,
      part,
      images,
      top1,
      top5,
      loss,
      ece: calibration.ece,
      seconds,
      skipped: data.skipped.length,
    };
    if (json) printJson({ ...summary, classes });
    else show(evaluation, part, seconds);
    for (const line of skippedNotes(skippedIn([data]))) note(line);
    return 0;
  } finally {
    model.dispose();
  }
}

/** The part that is asked for, else the test part, else all there is. */
async function partOf(
  source: string,
  labels: readonly string[],
  wanted: EvalSettings["part"],
  signal: AbortSignal,
): Promise<[Dataset, string]> {
  const parts = await openDataset(source, { classes: labels, signal });
  const part = wanted ?? (parts.test ? "test" : "train");
  const dataset = parts[part];
  if (dataset) return [dataset, part];
  const there = (["train", "validation", "test"] as const).filter((one) => parts[one]).join(", ");
  throw new TesseraError(`--part: expected one of ${there}, which ${source} has, got ${part}`);
}

function show({ images, top1, top5, loss, classes, calibration }: Evaluation, part: string, seconds: number): void {
  const rows = classes.map((one) => [
    printable(one.name),
    one.images,
    percent(one.recall),
    percent(one.precision),
    one.f1.toFixed(3),
  ]);
  const numbers = ["images", "recall", "precision", "F1"];
  print(table(["class", ...numbers], rows, numbers));
  print();
  const best = top5 === undefined ? "" : `, top-5 ${percent(top5)}`;
  print(
    `top-1 ${percent(top1)}${best} of ${images} ${part} pictures, loss ${loss.toFixed(4)}, calibration error ${percent(calibration.ece)}`,
  );
  note(`${(images / seconds).toFixed(0)} pictures a second`);
}

/** `evaluation.json` and `report.html`, which shows the mistakes that the model was surest of. */
async function write(
  folder: string,
  title: string,
  evaluation: Evaluation,
  dataset: Dataset,
  mistakes: Judgement[],
  worst: number,
): Promise<void> {
  const shown = [...mistakes].sort((a, b) => b.confidence - a.confidence || a.index - b.index).slice(0, worst);
  const pictures = [];
  for (const one of shown) {
    const picture = await dataUri(await dataset.read(one.index));
    pictures.push({ ...one, name: dataset.nameOf(one.index), picture });
  }
  await saveFolder(folder, {
    "evaluation.json": text(`${JSON.stringify(evaluation, undefined, 2)}\n`),
    "report.html": text(evaluationPage(evaluation, { title, mistakes: pictures })),
  });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
