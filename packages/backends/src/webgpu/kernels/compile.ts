import { env } from "@tensorflow/tfjs-core";
import type { compileOp } from "@tessera/core";
import type { Kernel } from "../kernel.ts";
import { collectPipelines } from "../program/pipelines.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";

/** Compiles the programs of a forward, ours and tfjs's, all at once and beside everything else, and runs none. */
export const compile: Kernel<typeof compileOp> = {
  run(backend, _, { run, wait }) {
    let theirs: Promise<void>[] = [];
    const ours = collectPipelines(() => {
      theirs = collectTfjs(backend, run);
    });
    wait([...ours, ...theirs]);
    return [];
  },
};

/** tfjs keeps the promise in the pipeline's place, where a forward of somebody else would stumble upon it. */
function collectTfjs(backend: TfjsWebgpu, run: () => void): Promise<void>[] {
  const { pipelineCache } = backend;
  const before = env().getBool("WEBGPU_ENGINE_COMPILE_ONLY");
  env().set("WEBGPU_ENGINE_COMPILE_ONLY", true);
  try {
    run();
  } finally {
    env().set("WEBGPU_ENGINE_COMPILE_ONLY", before);
  }
  const promised = Object.entries(pipelineCache).filter(([, pipeline]) => pipeline instanceof Promise);
  for (const [key] of promised) delete pipelineCache[key];
  return promised.map(async ([key, promise]) => {
    const pipeline = await promise;
    pipelineCache[key] ??= pipeline;
  });
}
