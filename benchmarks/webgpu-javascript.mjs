// node benchmarks/webgpu-javascript.mjs [--size tiny] [--family vit|tnt] [--rounds 60] [--batch 1], after npm run build.
// What JavaScript costs in a forward on WebGPU, without a GPU: on Dawn's null adapter, which takes every command and computes
// nothing. From the call of the forward until its commands are submitted, run op by op and replayed, in turns.
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { randomUniform, ready, setBackend, tensor4d } from "@tensorflow/tfjs-core";
import { replayed, warmUp } from "@tessera/core";
import { createTnt } from "@tessera/tnt";
import { createVit } from "@tessera/vit";
import { startWebgpu } from "../packages/backends/dist/webgpu/start.js";

const { values: options } = parseArgs({
  options: {
    size: { type: "string", default: "tiny" },
    family: { type: "string", default: "vit" },
    rounds: { type: "string", default: "60" },
    batch: { type: "string", default: "1" },
  },
});
const [batch, rounds] = [Number(options.batch), Number(options.rounds)];

const { create, globals } = createRequire(import.meta.url)("webgpu");
Object.assign(globalThis, globals);
const gpu = create(["backend=null"]);
await startWebgpu("f32", async () => ({ gpu, adapter: await gpu.requestAdapter() }));
await setBackend("webgpu");
await ready();

const name = `${options.family}_${options.size}_patch16_224`;
const model = options.family === "tnt" ? createTnt("tnt_s_patch16_224") : createVit(name);
model.init(0);
const forward = replayed(model, (images) => model.forward(images));
const pixels = await randomUniform([batch, 224, 224, 3]).data();
const fresh = () => tensor4d(pixels, [batch, 224, 224, 3]);

const compiling = performance.now();
let programs = 0;
await warmUp(forward, fresh(), { onProgress: ({ total }) => (programs = total) });
console.log(`${programs} programs compiled in ${(performance.now() - compiling).toFixed(0)} ms, side by side`);

/** @type {Record<string, (images: import("@tensorflow/tfjs-core").Tensor4D) => import("@tensorflow/tfjs-core").Tensor>} */
const ways = { "op by op": (images) => model.forward(images), replayed: forward };
/** @type {Record<string, { ms: number[], cpu: number[] }>} */
const times = Object.fromEntries(Object.keys(ways).map((way) => [way, { ms: [], cpu: [] }]));
for (let round = 0; round < rounds; round++) {
  for (const [way, run] of Object.entries(ways)) {
    const images = fresh();
    const [start, before] = [performance.now(), process.cpuUsage()];
    const logits = run(images);
    const { user, system } = process.cpuUsage(before);
    times[way]?.ms.push(performance.now() - start);
    times[way]?.cpu.push((user + system) / 1000);
    await logits.data();
    logits.dispose();
    images.dispose();
  }
}

/** @param {number[]} list */
function summary(list) {
  const sorted = list.toSorted((a, b) => a - b);
  return `least ${sorted[0]?.toFixed(3)}, median ${sorted[sorted.length >> 1]?.toFixed(3)} ms`;
}
for (const [way, { ms, cpu }] of Object.entries(times)) {
  console.log(`${way.padEnd(9)} by the clock: ${summary(ms)}; processor: ${summary(cpu)}; ${ms.length} forwards`);
}
// Dawn keeps the process from ending.
process.exit(0);
