import { basename } from "node:path";
import { printable } from "@tessera/core";
import type { Classification } from "@tessera/pipeline";
import { colours } from "../colours.ts";
import { findImages } from "../find-images.ts";
import { readLabels } from "../labels.ts";
import { loading } from "../loading.ts";
import { progress } from "../progress.ts";
import { failure, print, printJson, reportError } from "../report.ts";
import { type RunSettings, interruption, introduce, startBackend, warmUpDecoder } from "../run-options.ts";

interface ClassifySettings extends RunSettings {
  top?: number;
  logits?: boolean;
  tta?: boolean;
  labels?: string;
  resetHead?: boolean;
}

/** `tessera classify`: names what is on pictures. 1 if one of them could not be read. */
export async function classify(names: string[], options: ClassifySettings): Promise<number> {
  const { json, logits = false, tta, batch: batchSize, arch, weights, entry, resetHead } = options;
  const signal = interruption();
  warmUpDecoder();
  const [images, labels, { imageClassifier }, backend] = await Promise.all([
    findImages(names),
    options.labels === undefined ? undefined : readLabels(options.labels),
    import("@tessera/pipeline"),
    startBackend(options),
  ]);
  using classifier = await loading((callbacks) =>
    imageClassifier(options.model, { ...callbacks, arch, weights, entry, labels, resetHead, signal }),
  );
  if (!json) introduce(classifier.modelName, backend);

  // A page of pictures is easier to read with fewer classes each.
  const compact = images.length > 1 && !json;
  const topK = options.top ?? (compact ? 3 : 5);
  // Lines that appear one after the other on a terminal show how far it is.
  const bar = progress("classify", json || !process.stdout.isTTY ? images.length : 0);
  const documents: object[] = [];
  const failed: Error[] = [];
  try {
    for await (const result of classifier.stream(images, { topK, tta, batchSize, signal })) {
      const image = images[result.index]!;
      bar.step();
      if (result.error) failed.push(result.error);
      if (json) documents[result.index] = result.error ? failure(image, result.error) : document(image, result, logits);
      else if (!result.error) print(lines(image, result, logits));
    }
  } finally {
    bar.stop();
  }
  if (json) printJson(documents);
  for (const error of failed) reportError(error, options);
  return failed.length > 0 ? 1 : 0;
}

type Success = Extract<Classification, { top: unknown }>;

function document(image: string, { top, logits, ms }: Success, withLogits: boolean): object {
  const rounded = { decode: round(ms.decode), preprocess: round(ms.preprocess), forward: round(ms.forward) };
  return { image, top, ...(withLogits && { logits: Array.from(logits) }), ms: rounded };
}

function lines(image: string, { top: best, logits, ms }: Success, withLogits: boolean): string {
  const top = best.map((one) => ({ ...one, label: printable(one.label) }));
  const time = colours.dim(`${(ms.decode + ms.preprocess + ms.forward).toFixed(0)} ms`);
  const width = Math.max(...top.map(({ label }) => label.length));
  const rows = top.map(({ index, label, score }) => {
    const bar = "█".repeat(Math.round(20 * score)).padEnd(20, "░");
    const logit = withLogits ? `  ${logits[index]!.toFixed(3).padStart(7)}` : "";
    return `  ${label.padEnd(width)}  ${colours.cyan(bar)} ${(100 * score).toFixed(1).padStart(5)} %${logit}`;
  });
  return [`${colours.bold(printable(basename(image)))}  ${time}`, ...rows].join("\n");
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
