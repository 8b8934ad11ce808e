import { pathToFileURL } from "node:url";
import util from "node:util";
import { engine, getGradient, registerGradient, setBackend, unregisterGradient } from "@tensorflow/tfjs-core";
import { gradientKernels } from "@tessera/core";
import type { TensorFlowBackend } from "./library.ts";

/** Loads tfjs-node, once; the backend and the gradients that were set stay set. */
export async function loadPackage(packageName: string, file: string): Promise<TensorFlowBackend> {
  // Both packages register the same name: the one that came first stays, and a second would only print warnings.
  if (!engine().findBackendFactory("tensorflow")) {
    restoreUtil();
    // TensorFlow tells standard error how it was built; its errors still come.
    process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
    const running = engine().backendName;
    await withoutNewGradients(() => import(pathToFileURL(file).href));
    if (running && running !== "tensorflow") await setBackend(running);
  }
  const backend = engine().findBackend("tensorflow") as unknown as TensorFlowBackend | null;
  if (!backend) throw new Error(`${packageName} is installed, but registered no backend; npm rebuild ${packageName}`);
  return backend;
}

/** tfjs-node brings all of tfjs, whose gradients would take the place of ours: that of a product fails where it broadcasts. */
async function withoutNewGradients(work: () => Promise<unknown>): Promise<void> {
  const before = gradientKernels.map((name) => [name, getGradient(name)] as const);
  await work();
  for (const [name, config] of before) {
    if (config) registerGradient(config);
    else if (getGradient(name)) unregisterGradient(name);
  }
}

/**
 * Node 23 took a function away that tfjs-node 4.22 calls, and Node 22 warns of another; the fix was never released (tfjs
 * issue 8609).
 */
export function restoreUtil(target: object = util): void {
  const old = target as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
  old.isArray = Array.isArray;
}
