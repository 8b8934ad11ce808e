// Our models on the backends that compute on the CPU; as `tfjs-…` on the backend's own kernels, without ours.
import { setBackend } from "@tensorflow/tfjs-core";
import { useBackend } from "@tessera/backends";
import { prepareForward, readFinite, removeKernels } from "./model.mjs";

/** @typedef {import("../contender.mjs").Kind} Kind */

/**
 * As pipelines run it: a forward that comes again is repeated, where the backend can.
 * @param {(threads: number) => Promise<unknown>} start Makes a backend the current one.
 * @returns {Kind}
 */
const onCpu =
  (start) =>
  async ({ model, batch, threads }) => {
    await start(threads);
    const forward = await prepareForward(model, batch, { again: true });
    return { run: () => readFinite(forward()) };
  };

/** @param {"f32" | "bf16"} precision */
const native = (precision) =>
  onCpu(async (threads) => {
    const { configureNative } = await import("@tessera/native");
    await setBackend("native");
    configureNative({ precision, threads });
  });

/** @param {"wasm" | "tensorflow"} name @param {{ composed: boolean }} options */
const named = (name, { composed }) =>
  onCpu(async () => {
    await useBackend(name);
    if (composed) await removeKernels();
  });

/** @type {Record<string, Kind>} */
export const cpuKinds = {
  "native-f32": native("f32"),
  "native-bf16": native("bf16"),
  wasm: named("wasm", { composed: false }),
  "tfjs-wasm": named("wasm", { composed: true }),
  "tfjs-node": named("tensorflow", { composed: true }),
};
