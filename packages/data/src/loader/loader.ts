import { FormatError, TesseraError } from "@tessera/core";
import { availableThreads } from "#start-worker";
import type { Dataset } from "../datasets/dataset.ts";
import type { Preprocessing } from "../preprocessing.ts";
import type { Batch, Batches, BatchOptions, Skipped } from "./batch.ts";
import { type WorkerPool, inlinePool, workerPool } from "./worker-pool.ts";
import type { PictureSource, Result, Unreadable } from "./job.ts";
import { KeptPictures } from "./kept-pictures.ts";
import type { Recipe } from "./recipe.ts";
import type { Sample } from "./sampler.ts";
import { type Waiting, WaitingClock } from "./waiting.ts";

/** How batches are made of a data set. */
export interface LoaderOptions {
  /** Brings a picture to the model's size and normalises it. */
  readonly preprocessing: Preprocessing;
  /**
   * Threads that read, decode and augment; 0 does so where the batches are taken. The batches are the same.
   * @default one less than the processor runs at once, from 1 to 4
   */
  readonly workers?: number;
  /** Batches made ahead. @default 2 a worker, 1 without */
  readonly prefetch?: number;
  /** Bytes for decoded pictures, which are kept if all of the data set's fit. @default 1 GiB */
  readonly memory?: number;
}

/** What training and evaluation batches differ in. */
export interface LoaderPlan {
  readonly recipe: Recipe;
  /** The pictures of an epoch, one after the other. */
  readonly order: (epoch: number) => readonly Sample[];
  /** How many batches that makes. */
  readonly count: (batchSize: number) => number;
  /** Whether another picture comes in place of one that cannot be read, so that every batch has the same size. */
  readonly replaces: boolean;
}

/** Makes batches ahead of whoever takes them. */
export class Loader implements Batches {
  readonly classes: readonly string[];
  readonly length: number;
  readonly #dataset: Dataset;
  readonly #plan: LoaderPlan;
  readonly #pool: WorkerPool;
  readonly #ahead: number;
  readonly #kept: KeptPictures;
  readonly #skipped = new Map<number, Skipped>();
  #clock = new WaitingClock();

  constructor(dataset: Dataset, options: LoaderOptions, plan: LoaderPlan) {
    const workers = options.workers ?? Math.max(1, Math.min(4, availableThreads() - 1));
    const ahead = options.prefetch ?? (workers === 0 ? 1 : 2 * workers);
    checkCount("workers", workers, 0);
    checkCount("prefetch", ahead, 1);
    this.classes = dataset.classes;
    this.length = dataset.length;
    this.#dataset = dataset;
    this.#plan = plan;
    this.#pool = workers === 0 ? inlinePool(plan.recipe) : workerPool(plan.recipe, workers);
    this.#ahead = ahead;
    this.#kept = new KeptPictures(dataset.length, options.memory ?? 2 ** 30);
  }

  get skipped(): readonly Skipped[] {
    return [...this.#skipped.values()];
  }

  get waiting(): Waiting {
    return this.#clock.read();
  }

  close(): void {
    this.#pool.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async *batches({ epoch, batchSize, from = 0, signal }: BatchOptions): AsyncGenerator<Batch> {
    checkCount("epoch", epoch, 0);
    checkCount("batchSize", batchSize, 1);
    checkCount("from", from, 0);
    signal?.throwIfAborted();
    const order = this.#plan.order(epoch);
    const count = this.#plan.count(batchSize);
    const clock = (this.#clock = new WaitingClock());
    // Ends what was begun ahead when nobody takes it any more.
    const leaving = new AbortController();
    const wanted = signal ? AbortSignal.any([signal, leaving.signal]) : leaving.signal;
    const begun: Promise<Batch>[] = [];
    let next = from;
    const begin = () => {
      while (begun.length < this.#ahead && next < count) {
        const samples = order.slice(next * batchSize, ++next * batchSize);
        const batch = this.#make(samples, epoch, wanted);
        batch.catch(() => {}); // it is thrown when the batch's turn comes
        begun.push(batch);
      }
    };
    try {
      for (begin(); begun.length > 0; begin()) {
        const batch = await clock.during(orAborted(begun.shift()!, wanted));
        begin();
        if (batch.indices.length > 0) yield batch;
      }
    } finally {
      leaving.abort();
    }
  }

  async #make(samples: readonly Sample[], epoch: number, signal: AbortSignal): Promise<Batch> {
    const { size } = this.#plan.recipe.preprocessing;
    const sources: PictureSource[] = [];
    for (const { index } of samples) sources.push(await this.#source(index, signal));
    const keep = this.#kept.isOpen;
    const result = await this.#pool.run({ epoch, samples, sources, size, keep }, signal);
    for (const [at, image] of result.decoded) this.#kept.keep(samples[at]!.index, image);
    return this.#mended(samples, result);
  }

  async #source(index: number, signal: AbortSignal): Promise<PictureSource> {
    const kept = this.#kept.get(index);
    if (kept) return kept;
    if (this.#dataset.locate) return this.#dataset.locate(index);
    try {
      return await this.#dataset.read(index, signal);
    } catch (error) {
      signal.throwIfAborted();
      return { reason: (error as Error).message };
    }
  }

  /** Without the pictures that cannot be read, or with others in their places. */
  #mended(samples: readonly Sample[], { images, failures }: Result): Batch {
    for (const [at, failure] of failures) this.#skip(samples[at]!.index, failure);
    const readable = samples.map((_, at) => at).filter((at) => !failures.has(at));
    if (readable.length === 0 && this.#plan.replaces) throw noneReadable("trainingBatches", [...failures.values()]);
    const places = this.#plan.replaces ? replaced(samples.length, failures, readable[0]!) : readable;
    const one = images.length / samples.length;
    for (const [to, at] of places.entries()) {
      if (to !== at) images.copyWithin(to * one, at * one, (at + 1) * one);
    }
    const indices = Int32Array.from(places, (at) => samples[at]!.index);
    const [height, width] = this.#plan.recipe.preprocessing.size;
    return {
      images: images.subarray(0, places.length * one),
      shape: [places.length, height, width, 3],
      labels: indices.map((index) => this.#dataset.labelOf(index)),
      indices,
    };
  }

  #skip(index: number, { reason }: Unreadable): void {
    this.#skipped.set(index, { index, name: this.#dataset.nameOf(index), reason });
  }
}

/** For each place of a batch the nearest before it that can be read; the first that can be where none is before. */
export function replaced(length: number, failures: ReadonlyMap<number, unknown>, first: number): number[] {
  let last = first;
  return Array.from({ length }, (_, at) => (failures.has(at) ? last : (last = at)));
}

/** A training has nothing in place of a whole batch. */
export function noneReadable(where: string, failures: readonly Unreadable[]): FormatError {
  return new FormatError(
    `${where}: expected pictures that can be read, got a batch of ${failures.length} none of which can: ${failures[0]!.reason}`,
  );
}

/** A wait that ends when the signal says so, whatever goes on unseen. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop);
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop!);
  }
}

/** @throws TesseraError for what counts nothing. */
export function checkCount(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new TesseraError(`batches: expected ${name} to be a whole number of at least ${least}, got ${value}`);
}
