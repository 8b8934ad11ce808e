import { TesseraError } from "@tessera/core";
import { decodeImage } from "#decode";
import type { ImageInput } from "../image-input.ts";
import type { RgbImage } from "../rgb-image.ts";
import type { Dataset, DatasetOptions } from "./dataset.ts";
import { numberLabels } from "./labels.ts";
import { checkIndex } from "./stored-pictures.ts";

/** A picture with its class: a name, or a number. */
export interface LabelledImage {
  readonly image: ImageInput;
  readonly label: string | number;
  /** What reports call it. @default its place */
  readonly name?: string;
}

/**
 * A data set of pictures that a program holds: frames of a camera, canvases, chosen files, bytes. All are decoded now, so
 * that a `<video>` gives the frame that it shows.
 *
 * @throws as `decodeImage`, and as `openDataset` for labels.
 */
export async function datasetOf(items: Iterable<LabelledImage>, options: DatasetOptions = {}): Promise<Dataset> {
  const list = [...items];
  const bad = list.find(({ label }) => typeof label !== "string" && typeof label !== "number");
  if (bad) throw new TesseraError(`datasetOf: expected labels as names or numbers, got ${typeof bad.label}`);
  const pictures: RgbImage[] = [];
  for (const { image } of list) pictures.push(await decodeImage(image, { signal: options.signal }));
  const written = list.map(({ label }) => String(label));
  const { classes, labels } = numberLabels("datasetOf", written, options.classes);
  const locate = (index: number) => pictures[checkIndex(index, pictures.length)]!;
  return {
    classes,
    length: pictures.length,
    labelOf: (index) => labels[checkIndex(index, labels.length)]!,
    nameOf: (index) => list[checkIndex(index, list.length)]!.name ?? `picture ${index}`,
    read: async (index) => locate(index),
    locate,
  };
}
