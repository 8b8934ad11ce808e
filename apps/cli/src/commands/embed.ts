import { basename } from "node:path";
import { findImages } from "../find-images.ts";
import { npyFloat32, writeAtomically } from "../npy.ts";
import { progress } from "../progress.ts";
import { note, print, printJson, reportError } from "../report.ts";
import { type RunSettings, interruption, startBackend } from "../run-options.ts";

interface EmbedSettings extends RunSettings {
  out?: string;
  normalize?: boolean;
}

/** `tessera embed`: turns pictures into vectors. 1 if one of them could not be read; then no file is written. */
export async function embed(names: string[], options: EmbedSettings): Promise<number> {
  const { json, normalize, batch: batchSize, arch, weights, out } = options;
  const images = await findImages(names);
  const [{ imageEmbedder }] = await Promise.all([import("@tessera/pipeline"), startBackend(options)]);
  using embedder = await imageEmbedder(options.model, { arch, weights });

  const bar = progress("embed", images.length);
  const done: { image: string; embedding: Float32Array }[] = [];
  const failed: Error[] = [];
  try {
    for await (const result of embedder.stream(images, { normalize, batchSize, signal: interruption() })) {
      bar.step();
      if (result.error) failed.push(result.error);
      else done.push({ image: images[result.index]!, embedding: result.embedding });
    }
  } finally {
    bar.stop();
  }
  if (json) printJson(done.map(({ image, embedding }) => ({ image, embedding: Array.from(embedding) })));
  else if (!out)
    for (const { image, embedding } of done) print(`${basename(image)}  [${embedding.length}]  ${preview(embedding)}`);
  for (const error of failed) reportError(error, options);
  if (failed.length > 0) {
    if (out) note(`${out} was not written: ${failed.length} of ${images.length} pictures could not be read`);
    return 1;
  }
  if (out) {
    const width = done[0]?.embedding.length ?? 0;
    await writeAtomically(
      out,
      npyFloat32(
        [done.length, width],
        done.map(({ embedding }) => embedding),
      ),
    );
    if (!json) note(`wrote ${out}: ${done.length} × ${width} float32`);
  }
  return 0;
}

function preview(values: Float32Array): string {
  return `${Array.from(values.subarray(0, 6), (value) => value.toFixed(3)).join(" ")} …`;
}
