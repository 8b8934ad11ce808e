import type { BackendName, Precision } from "@tessera/backends";
import { type OptionNames, checkedOptions } from "@tessera/core";
import { checkCount } from "../tasks/run.ts";

/** Threads that a model runs in besides the caller's own, which stays free for requests or for the page. */
export interface WorkerOptions {
  /** How many. Each has a model and a backend of its own, so memory grows with them. @default 1 */
  count?: number | undefined;
  /** What they run on. @default what `useBackend` chose in this thread, else the fastest that works */
  backend?: BackendName | "auto" | undefined;
  /** As of `useBackend`. @default as chosen in this thread, else "f32" */
  precision?: Precision | undefined;
  /** Threads of each one's backend. @default the backend's own for one worker, else an equal share of the processors */
  threads?: number | undefined;
  /** As of `useBackend`. @default as chosen in this thread */
  wasmPath?: string | undefined;
  /** Batches that may wait for a worker; a call that finds as many waiting fails with code `busy`. @default 1000 */
  queue?: number | undefined;
}

const workerOptions: OptionNames<WorkerOptions> = {
  count: true,
  backend: true,
  precision: true,
  threads: true,
  wasmPath: true,
  queue: true,
};

/** The options, written out. @throws {TesseraError} for what makes no sense. */
export function workersOf(
  where: string,
  workers: number | WorkerOptions,
): WorkerOptions & { count: number; queue: number } {
  const asked = typeof workers === "number" ? { count: workers } : checkedOptions(where, workers, workerOptions);
  const { count = 1, queue = 1000 } = asked;
  checkCount(`${where}: workers`, count);
  checkCount(`${where}: queue`, queue);
  return { ...asked, count, queue };
}
