import { basename, dirname } from "node:path";
import { TesseraError, printable } from "@tessera/core";
import type { Detection } from "@tessera/pipeline";
import { saveFolder } from "@tessera/weights";
import { colours } from "../colours.ts";
import { annotated } from "../detecting/annotated.ts";
import { type CocoResult, cocoResults } from "../detecting/coco-results.ts";
import { fileNames } from "../detecting/file-names.ts";
import { findImages } from "../find-images.ts";
import { loading } from "../loading.ts";
import { checkWritable } from "../npy.ts";
import { progress } from "../progress.ts";
import { failure, note, print, printJson, reportError } from "../report.ts";
import { type RunSettings, interruption, introduce, startBackend, warmUpDecoder } from "../run-options.ts";
import { trainedIn } from "../training/load-trained.ts";

interface DetectSettings extends RunSettings {
  out?: string;
  coco?: string;
  threshold?: number;
}

type Success = Extract<Detection, { error?: undefined }>;

/** `tessera detect`: finds things on pictures. 1 if one of them could not be read; then no file of results is written. */
export async function detect(names: string[], options: DetectSettings): Promise<number> {
  const { json, batch: batchSize, arch, weights, entry, model, out, coco } = options;
  if (model === undefined)
    throw new TesseraError(
      "detect: expected a detector, got none; pass --model, for example --model facebook/detr-resnet-50",
    );
  // What evaluates results wants the unsure ones too.
  const { threshold = coco === undefined ? undefined : 0 } = options;
  const signal = interruption();
  warmUpDecoder();
  const [images, { objectDetector }, backend] = await Promise.all([
    findImages(names),
    import("@tessera/pipeline"),
    startBackend(options),
    coco === undefined ? undefined : checkWritable(coco),
  ]);
  const files = fileNames(images);
  const found = await trainedIn(model);
  using detector = await loading((callbacks) => objectDetector(found, { ...callbacks, arch, weights, entry, signal }));
  if (!json) introduce(detector.modelName, backend);

  const bar = progress("detect", images.length);
  const documents: object[] = [];
  const results: CocoResult[] = [];
  const failed: Error[] = [];
  try {
    for await (const result of detector.stream(images, { threshold, batchSize, signal })) {
      bar.step();
      const image = images[result.index]!;
      if (json) documents.push(result.error ? failure(image, result.error) : document(image, result));
      if (result.error) {
        failed.push(result.error);
        continue;
      }
      if (coco !== undefined) results.push(...cocoResults(image, result.objects));
      else if (!json) print(lines(image, result));
      if (out === undefined) continue;
      const { name, format } = files[result.index]!;
      await saveFolder(out, { [name]: once(await annotated(image, result.objects, format)) });
    }
  } finally {
    bar.stop();
  }
  if (json) printJson(documents);
  for (const error of failed) reportError(error, options);
  if (!json && out !== undefined) note(`wrote ${images.length - failed.length} pictures to ${out}`);
  if (failed.length > 0) {
    if (coco !== undefined)
      note(`${coco} was not written: ${failed.length} of ${images.length} pictures could not be read`);
    return 1;
  }
  if (coco !== undefined) {
    await saveFolder(dirname(coco), { [basename(coco)]: once(Buffer.from(`${JSON.stringify(results)}\n`)) });
    if (!json) note(`wrote ${coco}: ${results.length} objects on ${images.length} pictures`);
  }
  return 0;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function document(image: string, { width, height, objects, ms }: Success): object {
  const rounded = { decode: round(ms.decode), preprocess: round(ms.preprocess), forward: round(ms.forward) };
  return { image, width, height, objects, ms: rounded };
}

function lines(image: string, { objects, width: across, height: down, ms }: Success): string {
  const time = colours.dim(`${across}×${down}  ${(ms.decode + ms.preprocess + ms.forward).toFixed(0)} ms`);
  const labels = objects.map(({ label }) => printable(label));
  const width = Math.max(0, ...labels.map(({ length }) => length));
  const rows = objects.map(({ score, box }, i) => {
    const corners = [box.xmin, box.ymin, box.xmax, box.ymax].map((at) => at.toFixed(0).padStart(5)).join(" ");
    return `  ${labels[i]!.padEnd(width)}  ${(100 * score).toFixed(1).padStart(5)} %  ${colours.dim(corners)}`;
  });
  return [`${colours.bold(printable(basename(image)))}  ${time}`, ...(rows.length > 0 ? rows : ["  nothing"])].join(
    "\n",
  );
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
