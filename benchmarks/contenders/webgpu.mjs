// Our models on WebGPU, in browsers and, through Dawn, in Node.
import { countDispatches } from "./dispatches.mjs";
import { prepareForward, readFinite, removeKernels } from "./model.mjs";

/** @typedef {import("../contender.mjs").Kind} Kind */

/**
 * `record` takes the time that JavaScript needs to give a forward to the GPU.
 * @param {{ precision: "f32" | "f16", composed?: boolean }} options
 * @returns {Kind}
 */
const onWebgpu =
  ({ precision, composed = false }) =>
  async ({ model, batch }) => {
    const { useBackend } = await import("@tessera/backends");
    const { device } = await useBackend("webgpu", { precision });
    if (composed) await removeKernels();
    const forward = await prepareForward(model, batch);
    // Weights are packed once.
    await readFinite(forward());
    const dispatches = await countDispatches(() => readFinite(forward()));
    /** @type {import("@tensorflow/tfjs-core").Tensor | undefined} */
    let last;
    return {
      facts: { device, dispatches },
      run: () => readFinite(forward()),
      record() {
        last?.dispose();
        const begin = performance.now();
        last = forward();
        return performance.now() - begin;
      },
      async settle() {
        if (last) await readFinite(last);
        last = undefined;
      },
    };
  };

/** @type {Record<string, Kind>} */
export const webgpuKinds = {
  "webgpu-f32": onWebgpu({ precision: "f32" }),
  "webgpu-f16": onWebgpu({ precision: "f16" }),
  "webgpu-composed": onWebgpu({ precision: "f32", composed: true }),
};
