import { TesseraError } from "@tessera/core";
import type { FromWorker, JobWorker } from "./worker-pool.ts";

/** Starts a worker of the page. Bundlers find its code by this very expression. */
export function startWorker(onMessage: (message: FromWorker) => void, onEnd: (error: Error) => void): JobWorker {
  const worker = new Worker(new URL("./worker.browser.js", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => onMessage(data));
  worker.addEventListener("error", ({ message }) =>
    onEnd(new TesseraError(`batches: expected a worker to go on, got ${message || "an error"}`)),
  );
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    hold() {},
    end: () => worker.terminate(),
  };
}

/** How many threads the processor runs at once. */
export function availableThreads(): number {
  return navigator.hardwareConcurrency;
}
