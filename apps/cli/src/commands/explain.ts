import { basename, dirname, extname } from "node:path";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { sigmoid, softmax, tidy } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import { decodeImage, preprocessBatch, seenPart } from "@tessera/data";
import type { LoadedModel } from "@tessera/pipeline";
import { saveFolder } from "@tessera/weights";
import { explainMethods } from "../explaining/explain-methods.ts";
import { type MethodName, methodNames } from "../explaining/method-names.ts";
import { contentOf, formatOf, render } from "../explaining/render.ts";
import { type Answer, type Focus, Subject } from "../explaining/subject.ts";
import { targetOf } from "../explaining/target.ts";
import { checkWritable } from "../npy.ts";
import { progress } from "../progress.ts";
import { note, print, printJson } from "../report.ts";
import { type ComputeSettings, interruption, introduce, startBackend, warmUpDecoder } from "../run-options.ts";
import { loadTrained } from "../training/load-trained.ts";

export interface ExplainSettings extends ComputeSettings, Focus {
  model?: string;
  arch?: string;
  weights?: string;
  entry?: string;
  method?: MethodName[];
  target?: string;
  out?: string;
  /** Another model, for one drawing of both. */
  beside?: string;
  /** Pictures of classes, whose features both models lay out. */
  among?: string;
}

/** Classes that a page lists. */
const ANSWERS = 5;

/** `tessera explain`: shows what of a picture speaks for an answer, as an overlay, a drawing or a page. */
export async function explain(image: string, options: ExplainSettings): Promise<number> {
  if (options.beside !== undefined)
    return (await import("./explain-beside.ts")).explainBeside(image, options.beside, options);
  if (options.among !== undefined) throw new TesseraError("--among: expected --beside with it, got none");
  const { json, block, head, patch, out = `${basename(image, extname(image))}-explained.html` } = options;
  const format = formatOf(out);
  const names = options.method ?? (format === "html" ? methodNames : (["relevance"] as const));
  const signal = interruption();
  warmUpDecoder();
  const [picture, backend] = await Promise.all([
    decodeImage(image, { signal }),
    startBackend(options),
    checkWritable(out),
  ]);
  const loaded = await loadTrained(options, signal);
  const input = preprocessBatch([picture], loaded.preprocessing);
  try {
    if (!json) introduce(loaded.name, backend);
    const scores = await scoresOf(loaded, input);
    const target = targetOf(options.target, scores, loaded.labels);
    const answers = best(scores, loaded.labels);
    const part = seenPart(picture, loaded.preprocessing);
    const focus = { block, head, patch };
    const subject = new Subject({ loaded, picture, part, input, target, answers, focus, signal });
    const bar = progress("explain", json ? 0 : names.length);
    const isAll = names.length === methodNames.length;
    const found = await explainMethods(subject, names, { isAll, onStep: () => bar.step() }).finally(() => bar.stop());
    const file = await render(subject, found, format, image);
    await saveFolder(dirname(out), { [basename(out)]: contentOf(file) });
    if (json)
      printJson({ image, method: names, target: { index: target, label: loaded.labels[target] }, files: [out] });
    else print(out);
    if (options.verbose) for (const missing of found.notes) note(`left out: ${missing}`);
    return 0;
  } finally {
    input.dispose();
    loaded.model.dispose();
  }
}

/** Probabilities of all classes; each for itself where they do not exclude each other. */
async function scoresOf({ model, multiLabel }: LoadedModel, input: Tensor4D): Promise<Float32Array> {
  const scores = tidy(() => (multiLabel ? sigmoid : softmax)(model.forward(input)) as Tensor2D);
  const values = await scores.data<"float32">();
  scores.dispose();
  return values;
}

function best(scores: Float32Array, labels: readonly string[]): Answer[] {
  const all = labels.map((label, index) => ({ index, label, score: scores[index]! }));
  return all.sort((a, b) => b.score - a.score).slice(0, ANSWERS);
}
