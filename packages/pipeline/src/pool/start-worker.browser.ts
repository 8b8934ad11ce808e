import type { FromWorker } from "./messages.ts";
import type { StartWorker } from "./model-worker.ts";

/** Starts a worker of the page. Bundlers find its code by this very expression. */
export const startWorker: StartWorker = (onMessage, onEnd) => {
  const worker = new Worker(new URL("./worker.browser.js", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => onMessage(data));
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    worker.terminate();
    onEnd(event.message || "its code could not be loaded; check the network and how the page is bundled");
  });
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer as Transferable[]),
    hold() {},
    end() {
      worker.terminate();
      onEnd("its end");
    },
  };
};

/** How many threads the processor runs at once. */
export function availableThreads(): number {
  return navigator.hardwareConcurrency;
}
