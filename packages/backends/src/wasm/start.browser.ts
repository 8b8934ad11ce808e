import { setBackend } from "@tensorflow/tfjs-core";
import type { BackendOptions } from "../backend.ts";
import { threadsAmong } from "./threads.ts";

/** Threads that the backend takes: more than one only where pages share memory. */
export function threadsFor({ threads }: BackendOptions): number {
  return globalThis.crossOriginIsolated ? threadsAmong(navigator.hardwareConcurrency, threads) : 1;
}

/** Starts tfjs's backend; false if it does not start. */
export async function startWasm(options: BackendOptions): Promise<boolean> {
  const { setThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
  const threads = threadsFor(options);
  setThreadsCount(threads);
  return withProcessors(2 * threads, () => setBackend("wasm"));
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
