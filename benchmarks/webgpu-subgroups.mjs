// node benchmarks/webgpu-subgroups.mjs [--rounds 12], after npm run build.
// Kernels that reduce rows, through subgroups and through workgroup memory alone, in turns on the GPU that Dawn finds; on a
// GPU in software the processor's time is the kernel's. Nothing to compare where the GPU has no subgroups that hold neighbours.
import { parseArgs } from "node:util";
import { engine, randomNormal, softmax, tidy } from "@tensorflow/tfjs-core";
import { useBackend } from "@tessera/backends";
import { layerNorm, layerNormGrad, selfAttention, softmaxCrossEntropy } from "@tessera/core";
import { setSubgroup, subgroupOf } from "../packages/backends/dist/webgpu/program/subgroups.js";

/** @typedef {import("@tensorflow/tfjs-core").Tensor} Tensor */

const { values: options } = parseArgs({ options: { rounds: { type: "string", default: "12" } } });
const { device: name } = await useBackend("webgpu");
const { device } = /** @type {{ device: GPUDevice }} */ (/** @type {unknown} */ (engine().backend));
const subgroup = subgroupOf(device);
console.log(
  `${name}: ${subgroup ? `subgroups of ${subgroup.size}${subgroup.whole ? "" : " or more"}` : "no subgroups"}`,
);
if (!subgroup) process.exit(0);

/** @param {number[]} shape */
const random = (...shape) => /** @type {any} */ (randomNormal(shape, 0, 1, "float32", shape[0]));
const [x, wide, logits, qkv] = [random(197, 192), random(197, 768), random(128, 1000), random(1, 197, 576)];
const [gamma, wideGamma] = [random(192), random(768)];
const target = /** @type {any} */ (softmax(random(128, 1000)));

/** @type {Record<string, () => Tensor | Tensor[]>} */
const kernels = {
  "layer norm, 197 rows of 192": () => layerNorm(x, gamma, gamma, 1e-6),
  "layer norm, 197 rows of 768": () => layerNorm(wide, wideGamma, wideGamma, 1e-6),
  "its gradient, 197 rows of 192": () => layerNormGrad(x, x, gamma, 1e-6),
  "softmax cross entropy, 128 rows of 1000": () => softmaxCrossEntropy(logits, target),
  "attention, 197 tokens, 3 heads of 64": () => selfAttention(qkv, { heads: 3 }),
};

/** Milliseconds of the processor for one run. @param {() => Tensor | Tensor[]} kernel */
async function time(kernel) {
  const times = 4;
  const before = process.cpuUsage();
  const last = tidy(() => Array.from({ length: times }, () => [kernel()].flat()[0]).at(-1));
  await last?.data();
  const { user, system } = process.cpuUsage(before);
  last?.dispose();
  return (user + system) / 1000 / times;
}

for (const [title, kernel] of Object.entries(kernels)) {
  const least = [Infinity, Infinity];
  for (let round = 0; round <= Number(options.rounds); round++) {
    for (const [i, way] of [undefined, subgroup].entries()) {
      setSubgroup(device, way);
      const ms = await time(kernel);
      // The first round compiles.
      if (round > 0) least[i] = Math.min(least[i] ?? Infinity, ms);
    }
  }
  const [memory, through] = /** @type {[number, number]} */ (least);
  console.log(
    `${title.padEnd(40)} ${memory.toFixed(2)} ms, through subgroups ${through.toFixed(2)} ms: ${(through / memory).toFixed(2)}`,
  );
}
// Dawn keeps the process from ending.
process.exit(0);
