import { type Failure, TesseraError, errorOf } from "@tessera/core";
import { startWorker } from "#start-worker";
import { type Job, type Result, runJob } from "./job.ts";
import { prepareBy, type Recipe } from "./recipe.ts";

/** Runs jobs, several at a time. */
export interface WorkerPool {
  /** How many jobs go on at a time. */
  readonly size: number;
  run(job: Job, signal?: AbortSignal): Promise<Result>;
  /** Ends the workers. Jobs under way are rejected. */
  close(): void;
}

/** A worker thread, in Node or in a page. */
export interface JobWorker {
  post(message: ToWorker, transfer?: ArrayBuffer[]): void;
  /** Whether it keeps the program alive. */
  hold(active: boolean): void;
  end(): void;
}

export type ToWorker = { readonly recipe: Recipe } | { readonly id: number; readonly job: Job };

export type FromWorker =
  | { readonly id: number; readonly result: Result }
  | { readonly id: number; readonly failure: Failure };

/** The caller's own thread. */
export function inlinePool(recipe: Recipe): WorkerPool {
  const prepare = prepareBy(recipe);
  return { size: 1, run: (job, signal) => runJob(job, prepare, signal), close() {} };
}

interface Entry {
  readonly worker: JobWorker;
  readonly waiting: Map<number, { resolve(result: Result): void; reject(error: Error): void }>;
}

/** Worker threads, each started when there is a job for it. */
export function workerPool(recipe: Recipe, size: number): WorkerPool {
  prepareBy(recipe); // a recipe that makes no sense fails here
  const workers: Entry[] = [];
  let next = 0;

  function start(): Entry {
    const waiting: Entry["waiting"] = new Map();
    const worker = startWorker(
      (message) => {
        const { resolve, reject } = waiting.get(message.id)!;
        waiting.delete(message.id);
        if (waiting.size === 0) worker.hold(false);
        if ("result" in message) resolve(message.result);
        else reject(errorOf(message.failure));
      },
      (error) => discard(entry, error),
    );
    const entry = { worker, waiting };
    worker.post({ recipe });
    workers.push(entry);
    return entry;
  }

  function discard(entry: Entry, error: Error): void {
    if (!workers.includes(entry)) return;
    workers.splice(workers.indexOf(entry), 1);
    entry.worker.end();
    for (const { reject } of entry.waiting.values()) reject(error);
    entry.waiting.clear();
  }

  function leastBusy(): Entry {
    const free = workers.find(({ waiting }) => waiting.size === 0);
    if (free) return free;
    if (workers.length < size) return start();
    return workers.reduce((least, entry) => (entry.waiting.size < least.waiting.size ? entry : least));
  }

  return {
    size,
    run(job) {
      const { worker, waiting } = leastBusy();
      const id = next++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.hold(true);
        worker.post({ id, job });
      });
    },
    close() {
      while (workers.length > 0) discard(workers[0]!, closed());
    },
  };
}

function closed(): TesseraError {
  return new TesseraError(
    "batches: expected a loader that is open, got one closed while it was read; close it afterwards",
  );
}
