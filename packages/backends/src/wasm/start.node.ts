import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import { dirname, join } from "node:path";
import { registerBackend, removeBackend, setBackend } from "@tensorflow/tfjs-core";
import type { BackendOptions } from "../backend.ts";
import { threadsAmong } from "./threads.ts";

/** tfjs's threaded build as Emscripten made it, and what tfjs's backend adds to it. */
interface ThreadedModule {
  cwrap(name: string, returns: "number" | null, takes: "number"[]): (...values: number[]) => number;
  PThread: { runningWorkers: NodeWorker[]; unusedWorkers: NodeWorker[] };
  tfjs?: Record<string, (...values: number[]) => number>;
}

interface NodeWorker {
  unref(): void;
  terminate(): Promise<number>;
}

type Factory = (options: { locateFile(name: string): string; mainScriptUrlOrBlob: string }) => Promise<ThreadedModule>;

/** Set where the system does not let the threaded build start: it reserves 4 GB of addresses. */
let single = false;

/** Threads that the backend takes. */
export function threadsFor({ threads }: BackendOptions): number {
  return single ? 1 : threadsAmong(os.availableParallelism(), threads);
}

/**
 * Starts tfjs's backend; false if it does not start. tfjs itself refuses threads in Node, because it starts workers from
 * blobs (tfjs issue 3830). Its threaded build works there when it is given files.
 */
export async function startWasm(options: BackendOptions): Promise<boolean> {
  const threads = threadsFor(options);
  if (threads === 1) return setBackend("wasm");
  const { BackendWasm, setThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
  const wasm = await loadThreaded(2 * threads).catch(() => undefined);
  if (!wasm) {
    single = true;
    return setBackend("wasm");
  }
  setThreadsCount(threads);
  removeBackend("wasm");
  registerBackend("wasm", () => new BackendWasm(wasm as never), 2);
  const started = await setBackend("wasm");
  await release(wasm);
  return started;
}

/** `processors` is what the build hears of; it takes no more threads than half of them. */
async function loadThreaded(processors: number): Promise<ThreadedModule> {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "wasm-out");
  const script = join(folder, "tfjs-backend-wasm-threaded-simd.js");
  const { wasmWorkerContents } = require(join(folder, "tfjs-backend-wasm-threaded-simd.worker.js")) as {
    wasmWorkerContents: string;
  };
  const temporary = mkdtempSync(join(os.tmpdir(), "tessera-wasm-"));
  const worker = join(temporary, "worker.js");
  // As tfjs does: its text has line breaks where it means their escapes.
  writeFileSync(worker, wasmWorkerContents.replace(/\n/g, "\\n"));
  const { cpus } = os;
  const before = Object.getOwnPropertyDescriptor(globalThis, "Worker");
  os.cpus = () => Array.from({ length: processors }, () => cpus()[0]!);
  try {
    const wasm = await (require(script) as Factory)({
      locateFile: (name) => (name.endsWith(".worker.js") ? worker : join(folder, name)),
      mainScriptUrlOrBlob: script,
    });
    return Object.assign(wasm, { tfjs: bridge(wasm) });
  } finally {
    os.cpus = cpus;
    // Emscripten puts Node's class there, which other code would take for a browser's.
    if (before) Object.defineProperty(globalThis, "Worker", before);
    else Reflect.deleteProperty(globalThis, "Worker");
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** What tfjs's loader would have added. */
function bridge({ cwrap }: ThreadedModule): Record<string, (...values: number[]) => number> {
  return {
    init: cwrap("init", null, []),
    initWithThreadsCount: cwrap("init_with_threads_count", null, ["number"]),
    getThreadsCount: cwrap("get_threads_count", "number", []),
    registerTensor: cwrap("register_tensor", null, ["number", "number", "number"]),
    disposeData: cwrap("dispose_data", null, ["number"]),
    dispose: cwrap("dispose", null, []),
  };
}

/** Lets the process end when it has nothing else to do, and workers that the pool did not take. */
async function release({ PThread }: ThreadedModule): Promise<void> {
  for (const worker of PThread.runningWorkers) worker.unref();
  await Promise.all(PThread.unusedWorkers.splice(0).map((worker) => worker.terminate()));
}
