import { TesseraError, listed, printable } from "@tessera/core";
import { type DetectionDataset, detectionEvaluationBatches, openDetectionDataset } from "@tessera/data";
import { loadDetector } from "@tessera/pipeline";
import { evaluateDetector } from "@tessera/train";
import { saveFolder } from "@tessera/weights";
import { loading } from "../loading.ts";
import { progress } from "../progress.ts";
import { note, print, printJson } from "../report.ts";
import { type RunSettings, interruption, introduce, startBackend } from "../run-options.ts";
import { table } from "../table.ts";
import { trainedIn } from "../training/load-trained.ts";
import { text } from "../training/run-folder.ts";
import { skippedIn, skippedNotes } from "../training/skipped.ts";
import { cocoNumbers, percent, scoresLine } from "./coco-numbers.ts";
import { oddBoxes } from "./open-things.ts";

export interface EvalDetectorSettings extends Omit<RunSettings, "batch"> {
  batch?: number;
  part?: "train" | "validation" | "test";
  out?: string;
}

/** `tessera eval --task detection`: how well a detector finds the things of a data set. */
export async function evaluateDetectorOn(source: string, options: EvalDetectorSettings): Promise<number> {
  const { json, batch = 1, out, arch, weights, entry, model: named } = options;
  if (named === undefined)
    throw new TesseraError("eval: expected a detector, got none; pass --model, a run or what tessera detect takes");
  const signal = interruption();
  const backend = await startBackend(options);
  const [dataset, part] = await partOf(source, options.part, signal);
  const found = await trainedIn(named);
  const detector = await loading((told) => loadDetector(found, { ...told, arch, weights, entry, signal }));
  const { model, labels, preprocessing, name } = detector;
  try {
    if (!json) introduce(name, backend);
    const classOf = classesOf(labels, dataset.classes, source);
    const data = detectionEvaluationBatches(dataset, { preprocessing });
    const bar = progress("eval", json ? 0 : dataset.length);
    let done = 0;
    const onProgress = ({ images }: { images: number }) => {
      for (; done < images; done++) bar.step();
    };
    const began = performance.now();
    const evaluation = await evaluateDetector(model, data, { batchSize: batch, classOf, signal, onProgress }).finally(() => bar.stop()); // prettier-ignore
    const seconds = (performance.now() - began) / 1000;
    const skipped = data.skipped.length;
    const document = { model: name, part, ...cocoNumbers(evaluation, dataset.classes), seconds, skipped };
    if (out !== undefined)
      await saveFolder(out, { "evaluation.json": text(`${JSON.stringify(document, undefined, 2)}\n`) });
    if (json) printJson(document);
    else {
      print(table(["class", "AP"], document.classes.map((one) => [printable(one.name), percent(one.AP)]), ["AP"])); // prettier-ignore
      print();
      print(`${scoresLine(evaluation.scores)}  AR ${percent(evaluation.scores.AR100)} of ${evaluation.objects} things on ${evaluation.images} ${part} pictures`); // prettier-ignore
      note(`${(evaluation.images / seconds).toFixed(1)} pictures a second`);
      for (const line of oddBoxes(dataset)) note(line);
    }
    for (const line of skippedNotes(skippedIn([data]))) note(line);
    return 0;
  } finally {
    model.dispose();
  }
}

/** The part that is asked for, else the test part, else all there is. */
async function partOf(
  source: string,
  wanted: EvalDetectorSettings["part"],
  signal: AbortSignal,
): Promise<[DetectionDataset, string]> {
  const parts = await openDetectionDataset(source, { signal });
  const part = wanted ?? (parts.test ? "test" : "train");
  const dataset = parts[part];
  if (dataset) return [dataset, part];
  const there = (["train", "validation", "test"] as const).filter((one) => parts[one]).join(", ");
  throw new TesseraError(`--part: expected one of ${there}, which ${source} has, got ${part}`);
}

/** The data's class of each of the model's, by their names; −1 of what the data do not have. */
function classesOf(labels: readonly string[], classes: readonly string[], source: string): number[] {
  const places = new Map(classes.map((name, i) => [name, i]));
  const classOf = labels.map((label) => places.get(label) ?? -1);
  const known = new Set(labels);
  const missing = classes.filter((name) => !known.has(name));
  if (missing.length === classes.length)
    throw new TesseraError(
      `--model: expected a detector of ${listed(classes, 5)}, which ${source} has, got one of ${listed(labels, 5)}`,
    );
  if (missing.length > 0) note(`the detector does not know ${listed(missing, 5)}: nothing of them is found`);
  return classOf;
}
