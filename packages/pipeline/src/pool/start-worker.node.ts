import { availableParallelism } from "node:os";
import { type TransferListItem, Worker } from "node:worker_threads";
import type { StartWorker } from "./model-worker.ts";

/** Node reads no TypeScript: from the sources, the worker is the one that was built. */
const code = import.meta.url.endsWith(".ts")
  ? new URL("../../dist/pool/worker.node.js", import.meta.url)
  : new URL("./worker.node.js", import.meta.url);

/** Starts a worker thread. */
export const startWorker: StartWorker = (onMessage, onEnd) => {
  // Flags such as vitest's or a debugger's are not for it.
  const worker = new Worker(code, { execArgv: [] });
  let why: string | undefined;
  worker.on("message", onMessage);
  worker.once("error", ({ message }) => (why = message));
  worker.once("exit", (status) => onEnd(why ?? `exit with status ${status}`));
  worker.unref();
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer as readonly TransferListItem[]),
    hold: (active) => (active ? worker.ref() : worker.unref()),
    end: () => void worker.terminate(),
  };
};

/** How many threads the processor runs at once. */
export function availableThreads(): number {
  return availableParallelism();
}
