import { basename, dirname, relative, sep } from "node:path";
import { TesseraError, printable } from "@tessera/core";
import { decodeImage } from "@tessera/data";
import {
  type Neighbour,
  type ScatteredPicture,
  duplicateGroups,
  featuresPage,
  nearestNeighbours,
  projected,
  scatter,
  silhouette,
} from "@tessera/explain";
import { saveFolder } from "@tessera/weights";
import { rasterized, thumbnail } from "../explaining/pictures.ts";
import { contentOf, formatOf } from "../explaining/render.ts";
import { findImages } from "../find-images.ts";
import { loading } from "../loading.ts";
import { checkWritable } from "../npy.ts";
import { progress } from "../progress.ts";
import { note, print, printJson, reportError } from "../report.ts";
import { type RunSettings, interruption, introduce, startBackend, warmUpDecoder } from "../run-options.ts";

interface FeaturesSettings extends RunSettings {
  out: string;
  projection: "umap" | "pca";
  neighbours: number;
  /** Cosine from which two pictures are taken for the same. */
  same: number;
}

/** A picture that could be read. */
interface Embedded {
  image: string;
  embedding: Float32Array;
  href: string;
}

/** `tessera features`: lays pictures out by what a model makes of them, with their neighbours, and finds duplicates. */
export async function features(folder: string, options: FeaturesSettings): Promise<number> {
  const { json, out, projection, neighbours: count, same } = options;
  const format = formatOf(out);
  const signal = interruption();
  warmUpDecoder();
  const [images, backend] = await Promise.all([findImages([folder]), startBackend(options), checkWritable(out)]);
  const { found, failed, name } = await embedded(images, options, backend, signal);
  if (found.length < 2)
    throw new TesseraError(`${folder}: expected at least two pictures that can be read, got ${found.length}`);
  const vectors = found.map(({ embedding }) => embedding);
  const points = await projected(vectors, { method: projection, signal });
  const neighbours = nearestNeighbours(vectors, count);
  const duplicates = duplicateGroups(neighbours, same);
  const groups = groupsOf(found, folder);
  const apart = groups && silhouette(vectors, groups);
  const pictures = found.map(({ image, href }, i): ScatteredPicture => {
    const [x, y] = points[i]!;
    return { name: printable(nameIn(folder, image)), href, x, y, group: groups && printable(groups[i]!) };
  });
  const title = `${found.length} pictures of ${printable(basename(folder) || folder)}`;
  const how = projection === "umap" ? "laid out by UMAP" : "laid out by principal components";
  const distance = apart === undefined ? "" : `; folders lie ${apart.toFixed(2)} apart (silhouette, from −1 to 1)`;
  const report = { title, subtitle: `seen by ${printable(name)}, ${how}${distance}`, pictures, neighbours, duplicates };
  const drawn = format === "html" ? featuresPage(report) : scatter(pictures, { title });
  const file = format === "png" ? await rasterized(drawn) : drawn;
  await saveFolder(dirname(out), { [basename(out)]: contentOf(file) });
  if (json) printJson(document(found, points, neighbours, duplicates, apart, out));
  else {
    for (const group of duplicates) print(`the same: ${group.map((i) => printable(found[i]!.image)).join("  ")}`);
    if (apart !== undefined) note(`silhouette of the folders: ${apart.toFixed(3)}`);
    print(out);
  }
  for (const error of failed) reportError(error, options);
  return failed.length > 0 ? 1 : 0;
}

async function embedded(
  images: readonly string[],
  options: FeaturesSettings,
  backend: Parameters<typeof introduce>[1],
  signal: AbortSignal,
): Promise<{ found: Embedded[]; failed: Error[]; name: string }> {
  const { json, arch, weights, entry, batch: batchSize } = options;
  const { imageEmbedder } = await import("@tessera/pipeline");
  using embedder = await loading((callbacks) =>
    imageEmbedder(options.model, { ...callbacks, arch, weights, entry, signal }),
  );
  if (!json) introduce(embedder.modelName, backend);
  const bar = progress("features", images.length);
  const found: Embedded[] = [];
  const failed: Error[] = [];
  try {
    for await (const result of embedder.stream(images, { batchSize, signal })) {
      bar.step();
      const image = images[result.index]!;
      if (result.error) failed.push(result.error);
      else found.push({ image, embedding: result.embedding, href: await thumbnail(await decodeImage(image, { signal })) }); // prettier-ignore
    }
  } finally {
    bar.stop();
  }
  return { found, failed, name: embedder.modelName };
}

/** The folder of each picture inside of the one that was named, where there are several. */
function groupsOf(found: readonly Embedded[], folder: string): string[] | undefined {
  const groups = found.map(({ image }) => nameIn(folder, image).split(/[\\/]/).slice(0, -1).join("/"));
  return new Set(groups).size > 1 ? groups : undefined;
}

function nameIn(folder: string, image: string): string {
  const inside = relative(folder, image);
  return inside.startsWith(`..${sep}`) || inside === "" ? basename(image) : inside;
}

function document(
  found: readonly Embedded[],
  points: readonly (readonly [number, number])[],
  neighbours: readonly (readonly Neighbour[])[],
  duplicates: readonly (readonly number[])[],
  apart: number | undefined,
  out: string,
): object {
  const named = (one: Neighbour) => ({ image: found[one.index]!.image, similarity: one.similarity });
  return {
    images: found.map(({ image }, i) => ({ image, point: points[i], neighbours: neighbours[i]!.map(named) })),
    duplicates: duplicates.map((group) => group.map((i) => found[i]!.image)),
    ...(apart !== undefined && { silhouette: apart }),
    files: [out],
  };
}
