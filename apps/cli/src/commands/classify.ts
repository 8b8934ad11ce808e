import { basename } from "node:path";
import type { Classification } from "@tessera/pipeline";
import pc from "picocolors";
import { findImages } from "../find-images.ts";
import { readLabels } from "../labels.ts";
import { progress } from "../progress.ts";
import { print, printJson, reportError } from "../report.ts";
import { type RunSettings, interruption, startBackend } from "../run-options.ts";

interface ClassifySettings extends RunSettings {
  top: number;
  logits?: boolean;
  tta?: boolean;
  labels?: string;
  resetHead?: boolean;
}

/** `tessera classify`: names what is on pictures. 1 if one of them could not be read. */
export async function classify(names: string[], options: ClassifySettings): Promise<number> {
  const { json, top: topK, logits = false, tta, batch: batchSize, arch, weights, resetHead } = options;
  const images = await findImages(names);
  const [{ imageClassifier }] = await Promise.all([import("@tessera/pipeline"), startBackend(options)]);
  const labels = options.labels ? await readLabels(options.labels) : undefined;
  using classifier = await imageClassifier(options.model, { arch, weights, labels, resetHead });

  const bar = progress("classify", images.length);
  const documents: object[] = [];
  const failed: [string, Error][] = [];
  try {
    for await (const result of classifier.stream(images, { topK, tta, batchSize, signal: interruption() })) {
      const image = images[result.index]!;
      bar.step();
      if (result.error) failed.push([image, result.error]);
      else if (json) documents.push(document(image, result, logits));
      else print(lines(image, result, logits, images.length > 1));
    }
  } finally {
    bar.stop();
  }
  if (json) printJson(documents);
  for (const [, error] of failed) reportError(error, options);
  return failed.length > 0 ? 1 : 0;
}

type Success = Extract<Classification, { top: unknown }>;

function document(image: string, { top, logits, ms }: Success, withLogits: boolean): object {
  const rounded = { decode: round(ms.decode), preprocess: round(ms.preprocess), forward: round(ms.forward) };
  return { image, top, ...(withLogits && { logits: Array.from(logits) }), ms: rounded };
}

function lines(image: string, { top, logits, ms }: Success, withLogits: boolean, compact: boolean): string {
  const time = pc.dim(`${(ms.decode + ms.preprocess + ms.forward).toFixed(0)} ms`);
  const width = Math.max(...top.map(({ label }) => label.length));
  const rows = (compact ? top.slice(0, 3) : top).map(({ index, label, score }) => {
    const bar = "█".repeat(Math.round(20 * score)).padEnd(20, "░");
    return `  ${label.padEnd(width)}  ${pc.cyan(bar)} ${(100 * score).toFixed(1).padStart(5)} %${withLogits ? `  ${logits[index]!.toFixed(3)}` : ""}`;
  });
  return [`${pc.bold(basename(image))}  ${time}`, ...rows].join("\n");
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
