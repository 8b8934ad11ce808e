import { TesseraError } from "@tessera/core";
import type { DetectionPreprocessing } from "../detection-preprocessing.ts";
import type { BatchOptions, Skipped } from "../loader/batch.ts";
import { KeptPictures } from "../loader/kept-pictures.ts";
import { checkCount, noneReadable, replaced } from "../loader/loader.ts";
import { type Sample, sampleRandom, trainingOrder } from "../loader/sampler.ts";
import { type Waiting, WaitingClock } from "../loader/waiting.ts";
import { channelTables, normaliseInto } from "../preprocess.ts";
import { withinPicture } from "./annotated-pictures.ts";
import { type DetectionAugmentation, type View, augmented, resized } from "./augmentation.ts";
import type { DetectionBatch, DetectionBatches } from "./detection-batch.ts";
import type { BoxedObject, DetectionDataset } from "./detection-dataset.ts";
import { paddedFrame } from "./padded-frame.ts";

/** How batches are made of a data set for detection. */
export interface DetectionLoaderOptions {
  /** Brings a picture to the model's sizes and normalises it. */
  readonly preprocessing: DetectionPreprocessing;
  /** Bytes for decoded pictures, which are kept if all of the data set's fit. @default 1 GiB */
  readonly memory?: number;
}

export interface DetectionTrainingOptions extends DetectionLoaderOptions {
  /** What is done to pictures beyond the preprocessing. */
  readonly augmentation?: DetectionAugmentation;
  /** Fixes the order and every augmentation. @default 0 */
  readonly seed?: number | string;
}

/** A picture as the model sees it, and what is on it. */
interface Prepared {
  readonly view: View;
  readonly original: readonly [height: number, width: number];
  readonly objects: readonly BoxedObject[];
}

/** What training and evaluation differ in. */
interface Plan {
  readonly order: (epoch: number) => readonly Sample[];
  readonly count: (batchSize: number) => number;
  readonly see: (view: View, epoch: number, sample: Sample) => View;
  /** Whether another picture comes in place of one that cannot be read. */
  readonly replaces: boolean;
}

/**
 * Training batches for detection: shuffled anew each epoch, augmented with their boxes, the last short batch dropped. Order and
 * augmentation follow from seed, epoch and picture alone. In place of a picture that cannot be read comes another of the batch.
 *
 * They are made where they are taken, one ahead: a step of a detector takes so much longer than its pictures that workers gain nothing.
 */
export function detectionTrainingBatches(
  dataset: DetectionDataset,
  options: DetectionTrainingOptions,
): DetectionBatches {
  const { preprocessing, augmentation = {} } = options;
  const seed = String(options.seed ?? 0);
  const plan: Plan = {
    order: (epoch) => trainingOrder(dataset.length, epoch, seed),
    count: (batchSize) => {
      if (batchSize <= dataset.length) return Math.floor(dataset.length / batchSize);
      throw new TesseraError(
        `detectionTrainingBatches: expected at most ${dataset.length} pictures a batch, which is all there are, got ${batchSize}`,
      );
    },
    see: (view, epoch, sample) => augmented(view, augmentation, preprocessing, sampleRandom(seed, epoch, sample)),
    replaces: true,
  };
  return new DetectionLoader(dataset, options, plan);
}

/** Evaluation batches for detection: every picture once, in order, not augmented. A picture that cannot be read is left out. */
export function detectionEvaluationBatches(
  dataset: DetectionDataset,
  options: DetectionLoaderOptions,
): DetectionBatches {
  const { preprocessing } = options;
  return new DetectionLoader(dataset, options, {
    order: () => Array.from({ length: dataset.length }, (_, index) => ({ index, copy: 0 })),
    count: (batchSize) => Math.ceil(dataset.length / batchSize),
    see: (view) => resized(view, preprocessing),
    replaces: false,
  });
}

class DetectionLoader implements DetectionBatches {
  readonly classes: readonly string[];
  readonly length: number;
  readonly #dataset: DetectionDataset;
  readonly #plan: Plan;
  readonly #tables: Float32Array;
  readonly #kept: KeptPictures;
  readonly #skipped = new Map<number, Skipped>();
  #clock = new WaitingClock();

  constructor(dataset: DetectionDataset, { preprocessing, memory }: DetectionLoaderOptions, plan: Plan) {
    this.classes = dataset.classes;
    this.length = dataset.length;
    this.#dataset = dataset;
    this.#plan = plan;
    this.#tables = channelTables(preprocessing);
    this.#kept = new KeptPictures(dataset.length, memory ?? 2 ** 30);
  }

  get skipped(): readonly Skipped[] {
    return [...this.#skipped.values()];
  }

  get waiting(): Waiting {
    return this.#clock.read();
  }

  async *batches({ epoch, batchSize, from = 0, signal }: BatchOptions): AsyncGenerator<DetectionBatch> {
    checkCount("epoch", epoch, 0);
    checkCount("batchSize", batchSize, 1);
    checkCount("from", from, 0);
    const [order, count] = [this.#plan.order(epoch), this.#plan.count(batchSize)];
    const clock = (this.#clock = new WaitingClock());
    const begin = (at: number) => {
      const batch = this.#make(order.slice(at * batchSize, (at + 1) * batchSize), epoch, signal);
      batch.catch(() => {}); // it is thrown when the batch's turn comes
      return batch;
    };
    let next = from < count ? begin(from) : undefined;
    for (let at = from; at < count; at++) {
      const batch = await clock.during(next!);
      signal?.throwIfAborted();
      next = at + 1 < count ? begin(at + 1) : undefined;
      if (batch) yield batch;
    }
  }

  /** Undefined where no picture can be read. */
  async #make(samples: readonly Sample[], epoch: number, signal?: AbortSignal): Promise<DetectionBatch | undefined> {
    const prepared: (Prepared | undefined)[] = [];
    const failures = new Map<number, { reason: string }>();
    for (const [at, sample] of samples.entries()) {
      try {
        prepared.push(await this.#prepare(sample, epoch, signal));
      } catch (error) {
        signal?.throwIfAborted();
        const [{ index }, reason] = [sample, (error as Error).message];
        prepared.push(undefined);
        failures.set(at, { reason });
        this.#skipped.set(index, { index, name: this.#dataset.nameOf(index), reason });
      }
    }
    const readable = samples.map((_, at) => at).filter((at) => !failures.has(at));
    if (readable.length === 0) {
      if (this.#plan.replaces) throw noneReadable("detectionTrainingBatches", [...failures.values()]);
      return undefined;
    }
    const places = this.#plan.replaces ? replaced(samples.length, failures, readable[0]!) : readable;
    const chosen = places.map((at) => prepared[at]!);
    const sizes = chosen.map(({ view: { image } }) => [image.height, image.width] as const);
    const { values, shape } = paddedFrame(
      chosen.map(({ view: { image } }) => {
        const pixels = new Float32Array(image.data.length);
        normaliseInto(pixels, image, this.#tables);
        return pixels;
      }),
      sizes,
    );
    return {
      images: values,
      shape,
      sizes,
      originals: chosen.map(({ original }) => original),
      targets: chosen.map(({ view }) => targetsOf(view)),
      objects: chosen.map(({ objects }) => objects),
      indices: Int32Array.from(places, (at) => samples[at]!.index),
    };
  }

  async #prepare(sample: Sample, epoch: number, signal?: AbortSignal): Promise<Prepared> {
    const { index } = sample;
    const image = this.#kept.get(index) ?? (await this.#dataset.read(index, signal));
    this.#kept.keep(index, image);
    const objects = this.#dataset.objectsOf(index, image);
    const seen = objects
      .filter(({ isCrowd }) => !isCrowd)
      .map(({ label, box }) => {
        const [x, y, w, h] = withinPicture(box, image);
        return { label, corners: [x, y, x + w, y + h] as const };
      });
    const view = this.#plan.see({ image, objects: seen }, epoch, sample);
    return { view, original: [image.height, image.width], objects };
  }
}

/** Centre, width and height in shares of the picture. */
function targetsOf({ image: { width, height }, objects }: View): DetectionBatch["targets"][number] {
  return {
    labels: Int32Array.from(objects, ({ label }) => label),
    boxes: Float32Array.from(
      objects.flatMap(({ corners: [left, top, right, bottom] }) => [
        (left + right) / 2 / width,
        (top + bottom) / 2 / height,
        (right - left) / width,
        (bottom - top) / height,
      ]),
    ),
  };
}
