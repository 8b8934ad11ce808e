import { basename, dirname } from "node:path";
import { saveFolder } from "@tessera/weights";
import { findImages } from "../find-images.ts";
import { checkWritable, npyFloat32 } from "../npy.ts";
import { loading } from "../loading.ts";
import { progress } from "../progress.ts";
import { failure, note, print, printJson, reportError } from "../report.ts";
import { type RunSettings, interruption, introduce, startBackend, warmUpDecoder } from "../run-options.ts";

interface EmbedSettings extends RunSettings {
  out?: string;
  normalize?: boolean;
  tta?: boolean;
}

/** `tessera embed`: turns pictures into vectors. 1 if one of them could not be read; then no file is written. */
export async function embed(names: string[], options: EmbedSettings): Promise<number> {
  const { json, normalize, tta, batch: batchSize, arch, weights, entry, out } = options;
  const signal = interruption();
  warmUpDecoder();
  const [images, { imageEmbedder }, backend] = await Promise.all([
    findImages(names),
    import("@tessera/pipeline"),
    startBackend(options),
    out === undefined ? undefined : checkWritable(out),
  ]);
  using embedder = await loading((callbacks) =>
    imageEmbedder(options.model, { ...callbacks, arch, weights, entry, signal }),
  );
  if (!json) introduce(embedder.modelName, backend);

  const bar = progress("embed", images.length);
  const done: { image: string; embedding: Float32Array }[] = [];
  const documents: object[] = [];
  const failed: Error[] = [];
  try {
    for await (const result of embedder.stream(images, { normalize, tta, batchSize, signal })) {
      bar.step();
      const image = images[result.index]!;
      if (result.error) failed.push(result.error);
      else done.push({ image, embedding: result.embedding });
      if (json)
        documents[result.index] = result.error ? failure(image, result.error) : document(image, result.embedding);
    }
  } finally {
    bar.stop();
  }
  if (json) printJson(documents);
  else if (out === undefined) for (const { image, embedding } of done) print(line(image, embedding));
  for (const error of failed) reportError(error, options);
  if (failed.length > 0) {
    if (out !== undefined)
      note(`${out} was not written: ${failed.length} of ${images.length} pictures could not be read`);
    return 1;
  }
  if (out !== undefined) {
    const width = done[0]!.embedding.length;
    const rows = done.map(({ embedding }) => embedding);
    await saveFolder(dirname(out), { [basename(out)]: npyFloat32([rows.length, width], rows) });
    if (!json) note(`wrote ${out}: ${done.length} × ${width} float32`);
  }
  return 0;
}

function document(image: string, embedding: Float32Array): object {
  return { image, embedding: Array.from(embedding) };
}

function line(image: string, embedding: Float32Array): string {
  const start = Array.from(embedding.subarray(0, 6), (value) => value.toFixed(3)).join(" ");
  return `${basename(image)}  [${embedding.length}]  ${start}${embedding.length > 6 ? " …" : ""}`;
}
