import { type ErrorCode, TesseraError, errorOf } from "@tessera/core";
import type { ModelFacts } from "../tasks/runner.ts";
import type { FromWorker, Row, Start, Work } from "./messages.ts";
import type { ModelWorker, StartWorker } from "./model-worker.ts";

/** Batches that a worker has at a time, so that it decodes the next while it computes one. */
const AT_ONCE = 2;

export interface PoolOptions {
  /** Names the caller in errors. */
  readonly where: string;
  readonly count: number;
  /** How many batches may wait. */
  readonly queue: number;
  readonly start: Start;
  readonly startWorker: StartWorker;
  readonly onLoading?: ((progress: { loaded: number; total: number }) => void) | undefined;
  readonly onWarning?: ((warning: string) => void) | undefined;
}

interface Job {
  readonly id: number;
  readonly work: Work;
  readonly transfer: readonly Transferable[];
  readonly onCompiling?: ((progress: { compiled: number; total: number }) => void) | undefined;
  resolve(rows: readonly Row[]): void;
  reject(error: Error): void;
}

interface Entry {
  readonly worker: ModelWorker;
  readonly jobs: Map<number, Job>;
  isReady: boolean;
}

/** Threads with a model each, which batches wait for in order. One that ends is replaced. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #entries: Entry[] = [];
  readonly #waiting: Job[] = [];
  #next = 0;
  #isClosed = false;

  private constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * Starts all workers. The first loads the model alone, so that what has to be fetched lies in a cache for the others, and tells
   * what there is to tell.
   *
   * @throws {TesseraError} as loading the model does.
   */
  static async open(options: PoolOptions, signal?: AbortSignal): Promise<{ pool: WorkerPool; facts: ModelFacts }> {
    const pool = new WorkerPool(options);
    signal?.throwIfAborted();
    const abort = () => pool.close(signal!.reason as Error);
    signal?.addEventListener("abort", abort);
    try {
      const facts = await pool.#launch(true);
      await Promise.all(Array.from({ length: options.count - 1 }, () => pool.#launch()));
      return { pool, facts };
    } catch (error) {
      pool.close();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /**
   * The rows of a batch, when a worker has done it. `transfer` is given away.
   *
   * @throws {TesseraError} `busy` if too many wait already, `worker-ended` if the worker ended over it; the signal's reason.
   */
  run(work: Work, transfer: readonly Transferable[] = [], signal?: AbortSignal): Promise<readonly Row[]> {
    const { queue } = this.#options;
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(this.#error("one in use, got one disposed of; make another"));
      if (signal?.aborted) return reject(signal.reason as Error);
      if (this.#waiting.length >= queue)
        return reject(
          this.#error(`at most ${queue} batches to wait, got one more; call later, or raise queue`, "busy"),
        );
      const settled = () => signal?.removeEventListener("abort", abort);
      const job: Job = {
        id: this.#next++,
        work,
        transfer,
        resolve: (rows) => (settled(), resolve(rows)),
        reject: (error) => (settled(), reject(error)),
      };
      const abort = () => {
        job.reject(signal!.reason as Error);
        this.#drop(job);
      };
      signal?.addEventListener("abort", abort);
      this.#waiting.push(job);
      // All have ended, and could not be replaced when they did.
      if (this.#entries.length === 0) this.#replace();
      this.#dispatch();
    });
  }

  /** Has every worker do the same once; progress is the first one's. */
  async warmUp(
    work: Work,
    onCompiling?: (progress: { compiled: number; total: number }) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const jobs = this.#entries.map((entry, i) => {
      const id = this.#next++;
      const abort = () => entry.worker.post({ cancel: id });
      signal?.addEventListener("abort", abort);
      return new Promise<unknown>((resolve, reject) => {
        this.#send(entry, { id, work, transfer: [], onCompiling: i === 0 ? onCompiling : undefined, resolve, reject });
      }).finally(() => signal?.removeEventListener("abort", abort));
    });
    await Promise.all(jobs);
  }

  /** Ends the workers. What is under way or waits is rejected. */
  close(reason: Error = this.#error("to go on, got disposed of before this call was answered; await it first")): void {
    this.#isClosed = true;
    for (const entry of this.#entries.splice(0)) {
      entry.worker.end();
      for (const job of entry.jobs.values()) job.reject(reason);
    }
    for (const job of this.#waiting.splice(0)) job.reject(reason);
  }

  /** Starts a worker; what is known of its model, when it is ready. */
  #launch(tells = false): Promise<ModelFacts> {
    const { start, startWorker } = this.#options;
    const told: Pick<PoolOptions, "onLoading" | "onWarning"> = tells ? this.#options : {};
    return new Promise((resolve, reject) => {
      const worker = startWorker(
        (message: FromWorker) => {
          if ("ready" in message) {
            entry.isReady = true;
            entry.worker.hold(entry.jobs.size > 0);
            resolve(message.ready);
            this.#dispatch();
          } else if ("unable" in message) {
            this.#remove(entry);
            // Before its end, of which a page's worker tells at once.
            reject(errorOf(message.unable));
            entry.worker.end();
          } else if ("loading" in message) told.onLoading?.(message.loading);
          else if ("warning" in message) told.onWarning?.(message.warning);
          else this.#answer(entry, message);
        },
        (why) => {
          const error = this.#error(
            `a worker to go on, got ${why}; another takes its place, so ask again`,
            "worker-ended",
          );
          reject(error);
          this.#lose(entry, error);
        },
      );
      const entry: Entry = { worker, jobs: new Map(), isReady: false };
      this.#entries.push(entry);
      worker.hold(true);
      try {
        worker.post({ start });
      } catch (cause) {
        this.#remove(entry);
        worker.end();
        reject(
          new TesseraError(
            `${this.#options.where}: expected options that another thread can be sent, got what cannot (${(cause as Error).message}); leave out functions, or workers`,
            { cause },
          ),
        );
      }
    });
  }

  #answer(entry: Entry, message: Extract<FromWorker, { id: number }>): void {
    const job = entry.jobs.get(message.id);
    if (!job) return;
    if ("compiling" in message) return job.onCompiling?.(message.compiling);
    entry.jobs.delete(message.id);
    entry.worker.hold(entry.jobs.size > 0);
    if ("rows" in message) job.resolve(message.rows);
    else job.reject(errorOf(message.failure));
    this.#dispatch();
  }

  /** Gives what waits to those that have the least to do. */
  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const free = this.#entries
        .filter(({ isReady, jobs }) => isReady && jobs.size < AT_ONCE)
        .sort((a, b) => a.jobs.size - b.jobs.size)[0];
      if (!free) return;
      this.#send(free, this.#waiting.shift()!);
    }
  }

  #send(entry: Entry, job: Job): void {
    entry.jobs.set(job.id, job);
    entry.worker.hold(true);
    try {
      entry.worker.post({ id: job.id, work: job.work }, job.transfer);
    } catch (cause) {
      entry.jobs.delete(job.id);
      job.reject(
        this.#error(`pictures that another thread can be sent, got what cannot (${(cause as Error).message})`),
      );
    }
  }

  /** One that nobody wants any more: the worker finishes a forward that it is in, and its answer is not looked at. */
  #drop(job: Job): void {
    const at = this.#waiting.indexOf(job);
    if (at >= 0) this.#waiting.splice(at, 1);
    for (const { worker, jobs } of this.#entries) if (jobs.has(job.id)) worker.post({ cancel: job.id });
  }

  /** A worker that ended: what it was at is lost, what waits goes to others. */
  #lose(entry: Entry, error: Error): void {
    if (!this.#remove(entry)) return;
    for (const job of entry.jobs.values()) job.reject(error);
    // One that ended before it was ready would end again.
    if (entry.isReady) this.#replace();
    else this.#giveUp(error);
  }

  #replace(): void {
    this.#launch().catch((error: Error) => this.#giveUp(error));
  }

  /** Where no worker is left and none can be started, nothing that waits will be done; the next call tries once more. */
  #giveUp(error: Error): void {
    if (this.#entries.length > 0) return;
    for (const job of this.#waiting.splice(0)) job.reject(error);
  }

  #remove(entry: Entry): boolean {
    const at = this.#entries.indexOf(entry);
    if (at >= 0) this.#entries.splice(at, 1);
    return at >= 0;
  }

  #error(expected: string, code?: ErrorCode): TesseraError {
    return new TesseraError(`${this.#options.where}: expected ${expected}`, { code });
  }
}
