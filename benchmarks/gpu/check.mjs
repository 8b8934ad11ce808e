// node gpu/check.mjs f32|f16: what the fused kernels make on this GPU of every op and of models, values and gradients, against
// tfjs's CPU backend and, where it is installed, against onnxruntime. Prints one line of JSON; exits with 1 if one is off.
import { getKernelsForBackend } from "@tensorflow/tfjs-core";
import { useBackend } from "@tessera/backends";
import { createTnt } from "@tessera/tnt";
import { createVit } from "@tessera/vit";
import { removeKernels } from "../contenders/model.mjs";
import { models } from "../models.mjs";
import { relativeError } from "../similarity.mjs";
import { opCases } from "./op-cases.mjs";
import { ofModel, ofOp } from "./outcome.mjs";
import { logitsOfOnnxruntime } from "./reference.mjs";

/** @typedef {import("./outcome.mjs").Outcome} Outcome */

/** Largest difference that passes, as a part of the largest value. f16 rounds weights and tiles to 11 bits. */
const limits = { f32: 1e-4, f16: 2e-2 };
const compared = "ViT-Ti of 2 blocks";
const [vit, tnt] = [models.tiny.name, models.tnt_s.name];

/** @type {Record<string, () => Promise<Outcome>>} */
const cases = {
  ...Object.fromEntries(opCases.map((op) => [op.name, () => ofOp(op)])),
  "ViT of 1 block, 32 px, trained": () => ofModel(createVit(vit, { depth: 1, imageSize: 32 }), 32, true),
  "TNT of 1 block, 32 px, trained": () => ofModel(createTnt(tnt, { depth: 1, imageSize: 32 }), 32, true),
  [compared]: () => ofModel(createVit(vit, { depth: 2 }), 224, false),
  "TNT-S of 1 block": () => ofModel(createTnt(tnt, { depth: 1 }), 224, false),
};

/** Every case on the current backend. */
async function outcomes() {
  /** @type {Record<string, Outcome>} */
  const all = {};
  for (const [name, run] of Object.entries(cases)) all[name] = await run();
  return all;
}

/** @param {Outcome | undefined} got @param {Outcome | undefined} expected @returns {{ part: string, error: number }} */
function worst(got = {}, expected = {}) {
  const errors = Object.entries(expected).map(([part, values]) => ({
    part,
    error: relativeError(got[part] ?? [], values),
  }));
  return errors.reduce((a, b) => (a.error >= b.error ? a : b));
}

const precision = /** @type {"f32" | "f16"} */ (process.argv[2] ?? "f32");
const { device } = await useBackend("webgpu", { precision });
const kernels = getKernelsForBackend("webgpu").filter(({ kernelName }) => kernelName.startsWith("Tessera")).length;
if (kernels === 0) throw new Error("check: expected fused kernels on webgpu, got none");
const fused = await outcomes();
await removeKernels();
const composed = await outcomes();
await useBackend("cpu");
const expected = await outcomes();
const onnx = await logitsOfOnnxruntime({ ...models.tiny, depth: 2 });

const results = Object.keys(cases).map((name) => ({
  name,
  fused: worst(fused[name], expected[name]),
  composed: worst(composed[name], expected[name]),
}));
const against = onnx && { name: `${compared}, against onnxruntime`, fused: worst(fused[compared], { value: onnx }) };
const all = [...results, ...(against ? [against] : [])];
const failed = all.filter(({ fused: { error } }) => !(error <= limits[precision])).map(({ name }) => name);
console.log(JSON.stringify({ device, precision, kernels, limit: limits[precision], failed, results: all }));
process.exit(failed.length > 0 ? 1 : 0);
