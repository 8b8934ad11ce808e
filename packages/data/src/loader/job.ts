import { readPicture } from "../datasets/stored-pictures.ts";
import type { StoredFile } from "../files/stored-file.ts";
import type { RgbImage } from "../rgb-image.ts";
import type { Prepare } from "./recipe.ts";
import type { Sample } from "./sampler.ts";

/** A picture that was not read. */
export interface Unreadable {
  readonly reason: string;
}

/** A picture, where it lies, or why there is none. */
export type PictureSource = RgbImage | StoredFile | Unreadable;

/** The pictures of a batch, as plain data. */
export interface Job {
  readonly epoch: number;
  readonly samples: readonly Sample[];
  /** One for each sample. */
  readonly sources: readonly PictureSource[];
  /** Sides of the pictures made. */
  readonly size: readonly [height: number, width: number];
  /** Whether decoded pictures are wanted back. */
  readonly keep: boolean;
}

/** What became of a job, as plain data. */
export interface Result {
  /** [b, h, w, 3]; zeros where a picture failed. */
  readonly images: Float32Array;
  /** Pictures that cannot be read, by their places in the batch. */
  readonly failures: ReadonlyMap<number, Unreadable>;
  /** What was decoded, by places, if wanted. */
  readonly decoded: ReadonlyMap<number, RgbImage>;
}

/** Pictures that are decoded at once: libvips and browsers decode on threads of their own. */
const atOnce = 4;

/** Reads, decodes, augments and normalises the pictures of a batch. One that cannot be read fails alone. */
export async function runJob(job: Job, prepare: Prepare, signal?: AbortSignal): Promise<Result> {
  const { samples, sources, size, keep, epoch } = job;
  const one = size[0] * size[1] * 3;
  const images = new Float32Array(samples.length * one);
  const failures = new Map<number, Unreadable>();
  const decoded = new Map<number, RgbImage>();
  const make = (at: number, image: RgbImage) =>
    prepare(images.subarray(at * one, (at + 1) * one), image, epoch, samples[at]!);
  const stored: [number, StoredFile][] = [];
  for (const [at, source] of sources.entries()) {
    if ("reason" in source) failures.set(at, source);
    else if ("data" in source) make(at, source);
    else stored.push([at, source]);
  }
  const decodeSome = async (): Promise<void> => {
    for (let next = stored.shift(); next; next = stored.shift()) {
      const [at, file] = next;
      const image = await readPicture(file, signal).catch((error: Error): Unreadable => ({ reason: error.message }));
      signal?.throwIfAborted();
      if ("reason" in image) {
        failures.set(at, image);
        continue;
      }
      if (keep) decoded.set(at, image);
      make(at, image);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, stored.length) }, decodeSome));
  return { images, failures, decoded };
}
