import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { TesseraError } from "@tessera/core";
import type { FromWorker, JobWorker } from "./worker-pool.ts";

/** Node reads no TypeScript: from the sources, the worker is the one that was built. */
const code = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/loader/worker.node.js" : "./worker.node.js",
  import.meta.url,
);

/** Starts a worker thread. */
export function startWorker(onMessage: (message: FromWorker) => void, onEnd: (error: Error) => void): JobWorker {
  // Flags such as vitest's or a debugger's are not for it.
  const worker = new Worker(code, { execArgv: [] });
  worker.on("message", onMessage);
  worker.once("error", (cause) => onEnd(ended(cause.message, cause)));
  worker.once("exit", (status) => onEnd(ended(`exit with status ${status}`)));
  worker.unref();
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    hold: (active) => (active ? worker.ref() : worker.unref()),
    end: () => {
      worker.removeAllListeners();
      void worker.terminate();
    },
  };
}

function ended(got: string, cause?: unknown): TesseraError {
  return new TesseraError(`batches: expected a worker to go on, got ${got}`, { cause });
}

/** How many threads the processor runs at once. */
export function availableThreads(): number {
  return availableParallelism();
}
