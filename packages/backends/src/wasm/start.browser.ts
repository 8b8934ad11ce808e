import { env, setBackend } from "@tensorflow/tfjs-core";
import type { BackendOptions } from "../backend.ts";
import { wasmFiles } from "./files.browser.ts";
import { threadsAmong } from "./threads.ts";
import { watchedWorkers } from "./watched-workers.browser.ts";

/** Threads that the backend takes: more than one only where pages share memory. */
export function threadsFor({ threads }: BackendOptions): number {
  return globalThis.crossOriginIsolated ? threadsAmong(navigator.hardwareConcurrency, threads) : 1;
}

/** Starts tfjs's backend; false if it does not start. */
export async function startWasm(options: BackendOptions): Promise<boolean> {
  const { setThreadsCount, setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  const threads = threadsFor(options);
  setThreadsCount(threads);
  setWasmPaths(options.wasmPath ?? wasmFiles);
  const started = await watchedWorkers(() => withProcessors(2 * threads, () => setBackend("wasm")));
  if (started !== "broken") return started;
  // tfjs starts threads from the text of a function, in which a minifier that renames what is around it breaks a name.
  // oxlint-disable-next-line no-console -- nothing else would tell why the page is slow
  console.warn(
    `useBackend: expected wasm on ${threads} threads, got code that a minifier broke; it runs on one. Leave tfjs-backend-wasm-threaded-simd.js as it is: see "Bundlers and servers" in Tessera's documentation`,
  );
  env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  setThreadsCount(1);
  return setBackend("wasm");
}

/**
 * tfjs's build takes no more threads than half of the logical processors, whatever it is asked for, and asks the page for
 * their number while it starts. On processors without hyper-threading that is half of what they can do.
 */
async function withProcessors<T>(count: number, work: () => Promise<T>): Promise<T> {
  Object.defineProperty(navigator, "hardwareConcurrency", { value: count, configurable: true });
  try {
    return await work();
  } finally {
    // The browser's own is that of the prototype.
    Reflect.deleteProperty(navigator, "hardwareConcurrency");
  }
}
