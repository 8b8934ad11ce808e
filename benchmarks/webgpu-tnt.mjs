// What fusing gives TNT on WebGPU in Node: npm run build && node benchmarks/webgpu-tnt.mjs [--variant tnt_s_patch16_224
// --depth 1 --batch 1 --rounds 5]. On the machine's GPU, or on the one in software that Chromium brings. The same model
// takes turns with all kernels of ours, without those of TNT, and without any, so in plain tfjs ops.
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { getKernelsForBackend, memory, randomNormal, registerKernel, unregisterKernel } from "@tensorflow/tfjs-core";
import { useBackend } from "@tessera/backends";
import { createTnt } from "@tessera/tnt";
import { findChromium } from "../scripts/chromium.mjs";

const { values: options } = parseArgs({
  options: {
    variant: { type: "string", default: "tnt_s_patch16_224" },
    depth: { type: "string", default: "1" },
    batch: { type: "string", default: "1" },
    rounds: { type: "string", default: "5" },
  },
});

const driver = [dirname(findChromium() ?? ""), "/usr/lib/chromium"]
  .map((folder) => `${folder}/vk_swiftshader_icd.json`)
  .find((file) => existsSync(file));
if (driver) process.env["VK_ICD_FILENAMES"] ??= driver;
const { device } = await useBackend("webgpu");

const variant = /** @type {import("@tessera/tnt").TntName} */ (options.variant);
const model = createTnt(variant, { depth: Number(options.depth) }).init(0);
const images = randomNormal([Number(options.batch), 224, 224, 3], 0, 1, "float32", 1);

/** Kernels that stand aside, by the kind of run. @type {Record<string, (name: string) => boolean>} */
const kinds = {
  fused: () => false,
  "without TNT's": (name) => /TesseraTnt|TesseraQueryKey/.test(name),
  composed: (name) => name.startsWith("Tessera"),
};

let dispatches = 0;
const { dispatchWorkgroups } = GPUComputePassEncoder.prototype;
GPUComputePassEncoder.prototype.dispatchWorkgroups = function counted(...groups) {
  dispatches++;
  return dispatchWorkgroups.apply(this, groups);
};

/** @param {(name: string) => boolean} aside */
async function run(aside) {
  const kernels = getKernelsForBackend("webgpu").filter(({ kernelName }) => aside(kernelName));
  for (const { kernelName } of kernels) unregisterKernel(kernelName, "webgpu");
  dispatches = 0;
  const [start, busy] = [performance.now(), process.cpuUsage()];
  const logits = model.forward(images);
  const javascript = performance.now() - start;
  await logits.data();
  const { user, system } = process.cpuUsage(busy);
  const total = performance.now() - start;
  logits.dispose();
  for (const kernel of kernels) registerKernel(kernel);
  return { dispatches, javascript, total, processor: (user + system) / 1000 };
}

/** @type {Record<string, Awaited<ReturnType<typeof run>>>} */
const least = {};
for (let round = 0; round <= Number(options.rounds); round++) {
  for (const [kind, aside] of Object.entries(kinds)) {
    const now = await run(aside);
    // The first compiles.
    if (round === 0) continue;
    const before = least[kind] ?? now;
    least[kind] = {
      dispatches: now.dispatches,
      javascript: Math.min(before.javascript, now.javascript),
      total: Math.min(before.total, now.total),
      processor: Math.min(before.processor, now.processor),
    };
  }
}
const { numBytesInGPU } = /** @type {{ numBytesInGPU: number }} */ (/** @type {unknown} */ (memory()));
console.log(
  `${variant}, depth ${options.depth}, batch ${options.batch}, ${device}, ${(numBytesInGPU / 1e6).toFixed(0)} MB`,
);
console.table(
  Object.fromEntries(
    Object.entries(least).map(([kind, { dispatches: count, javascript, total, processor }]) => [
      kind,
      {
        dispatches: count,
        "JavaScript ms": javascript.toFixed(2),
        "total ms": total.toFixed(0),
        "processor ms": processor.toFixed(0),
      },
    ]),
  ),
);
