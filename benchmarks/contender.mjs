// One contender in a process of its own: node contender.mjs KIND MODEL BATCH THREADS. It prints a line of facts when it is
// ready, and answers each line on stdin, a number of runs, with a line of what these took: see turns.mjs.
import { createInterface } from "node:readline";
import { cpuKinds } from "./contenders/cpu.mjs";
import { measure } from "./contenders/measure.mjs";
import { peerKinds } from "./contenders/peers.mjs";
import { trainingKinds } from "./contenders/training.mjs";
import { webgpuKinds } from "./contenders/webgpu.mjs";
import { modelNamed } from "./models.mjs";

/** @typedef {(options: { model: import("./models.mjs").Model, batch: number, threads: number }) => Promise<import("./contenders/measure.mjs").Contender>} Kind */

const [kind = "", name = "", batch = "1", threads = "2"] = process.argv.slice(2);
/** @type {Record<string, Kind>} */
const kinds = { ...cpuKinds, ...trainingKinds, ...webgpuKinds, ...peerKinds };
const start = kinds[kind];
if (!start) throw new Error(`contender: expected one of ${Object.keys(kinds).join(", ")}, got ${kind}`);
const contender = await start({ model: modelNamed(name), batch: Number(batch), threads: Number(threads) });
// Compiles shaders, fills caches.
await contender.run();
console.log(JSON.stringify({ ...contender.facts }));

for await (const line of createInterface({ input: process.stdin })) {
  const samples = await measure(contender, Number(line));
  console.log(JSON.stringify({ samples, rssMB: process.resourceUsage().maxRSS / 1024 }));
}
// Dawn and onnxruntime keep threads that would keep the process.
process.exit(0);
