import { basename, dirname, extname } from "node:path";
import { TesseraError } from "@tessera/core";
import { decodeImage } from "@tessera/data";
import type { BesideColumn } from "@tessera/explain";
import { saveFolder } from "@tessera/weights";
import { columnOf, drawnBeside } from "../explaining/beside.ts";
import { rasterized } from "../explaining/pictures.ts";
import { contentOf, formatOf } from "../explaining/render.ts";
import { findImages } from "../find-images.ts";
import { checkWritable } from "../npy.ts";
import { print, printJson } from "../report.ts";
import { interruption, introduce, startBackend, warmUpDecoder } from "../run-options.ts";
import { loadTrained } from "../training/load-trained.ts";
import type { ExplainSettings } from "./explain.ts";

/** `tessera explain --beside`: what two models make of one picture, side by side in one drawing. */
export async function explainBeside(image: string, other: string, options: ExplainSettings): Promise<number> {
  const { json, among, patch, out = `${basename(image, extname(image))}-beside.svg` } = options;
  const format = formatOf(out);
  if (format === "html")
    throw new TesseraError(
      `--beside: expected --out to end with .svg or .png, got ${basename(out)}; it is one drawing`,
    );
  const signal = interruption();
  warmUpDecoder();
  const [picture, backend, images] = await Promise.all([
    decodeImage(image, { signal }),
    startBackend(options),
    among === undefined ? [] : findImages([among]),
    checkWritable(out),
  ]);
  const columns: BesideColumn[] = [];
  // One after the other: two large models need not be in memory at once.
  for (const given of [options, { ...options, model: other, arch: undefined, weights: undefined, entry: undefined }]) {
    const loaded = await loadTrained(given, signal);
    try {
      if (!json) introduce(loaded.name, backend);
      columns.push(await columnOf(loaded, { picture, patch, among: images, signal }));
    } finally {
      loaded.model.dispose();
    }
  }
  const drawn = drawnBeside(columns, image);
  await saveFolder(dirname(out), { [basename(out)]: contentOf(format === "png" ? await rasterized(drawn) : drawn) });
  if (json) printJson({ image, models: columns.map(({ title }) => title), files: [out] });
  else print(out);
  return 0;
}
