// Runs before each test file, in every project of vitest.config.ts: sets the project's backend, or fails.
import { engine, getBackend, ready, setBackend } from "@tensorflow/tfjs-core";
import { registerGradients } from "@tessera/core";
import { inject } from "vitest";
import "./matchers.ts";
import { failOnConsole } from "./silence.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The tfjs backend that the project's tests run on; empty where they need none. */
    backend: string;
    /** Where browsers find the .wasm files; empty in Node, where tfjs finds them. */
    wasmPath: string;
    /** Whether `opSuite` goes through all cases of an op, or through one. */
    everyCase: boolean;
  }
}

async function registerBackend(name: string): Promise<unknown> {
  switch (name) {
    case "cpu":
      return import("@tensorflow/tfjs-backend-cpu");
    case "wasm": {
      const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
      const path = inject("wasmPath");
      return path && setWasmPaths(path);
    }
    case "webgl":
      return import("@tensorflow/tfjs-backend-webgl");
    case "webgpu":
      return import("@tensorflow/tfjs-backend-webgpu");
    default:
      // A setup file of the project's own has registered it.
      if (engine().findBackendFactory(name)) return undefined;
      throw new Error(`setup: expected cpu, wasm, webgl, webgpu or a backend that is registered, got ${name}`);
  }
}

/** Emscripten's loader makes the process end at the first rejection that nobody awaits; vitest reports those by itself. */
async function withoutNewListeners(work: () => Promise<void>): Promise<void> {
  if (typeof process === "undefined" || typeof process.listeners !== "function") return work();
  const events = ["uncaughtException", "unhandledRejection"];
  const before = events.map((event) => process.listeners(event as NodeJS.Signals));
  await work();
  for (const [index, event] of events.entries()) {
    for (const listener of process.listeners(event as NodeJS.Signals)) {
      if (!before[index]!.includes(listener)) process.removeListener(event, listener);
    }
  }
}

failOnConsole();
const backend = inject("backend");
// Files of a project share tfjs: one may leave another backend behind, and a name stays also when it could not be set.
const shared = globalThis as { tesseraBackend?: string };
if (backend && (shared.tesseraBackend !== backend || getBackend() !== backend)) {
  await withoutNewListeners(async () => {
    await registerBackend(backend);
    const set = await setBackend(backend);
    await ready();
    if (!set || getBackend() !== backend) {
      throw new Error(`setup: expected the backend ${backend}, got ${getBackend()}`);
    }
  });
  shared.tesseraBackend = backend;
}
// Ours alone: tests prove that they suffice without tfjs's register_all_gradients.
registerGradients();
