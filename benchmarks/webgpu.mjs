// WebGPU, ours and onnxruntime's: npm run build && node benchmarks/webgpu.mjs [--models tiny_2 --batch 1 --rounds 3 --gpu
// --out FILE]. In Node through Dawn, and in Chromium. See README.md.
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { findChromium } from "../scripts/chromium.mjs";
import { openChromium } from "./chromium.mjs";
import { commandOf } from "./command.mjs";
import { here, host, writeResult } from "./host.mjs";
import { modelNamed } from "./models.mjs";
import { printTable } from "./table.mjs";
import { start, startAll, takeTurns } from "./turns.mjs";

const { values: options } = parseArgs({
  options: {
    models: { type: "string", default: "tiny_2,tnt_s_1" },
    kinds: { type: "string", default: "webgpu-f32,webgpu-composed,onnxruntime-webgpu,webgpu-f16" },
    rounds: { type: "string", default: "3" },
    runs: { type: "string", default: "1" },
    batch: { type: "string", default: "1" },
    /** A real one; else the one in software that Chromium brings. */
    gpu: { type: "boolean", default: false },
    out: { type: "string", default: here("results/webgpu.json") },
  },
});

if (!options.gpu && !process.env["VK_ICD_FILENAMES"]) {
  const driver = [dirname(findChromium() ?? ""), "/usr/lib/chromium"]
    .map((folder) => `${folder}/vk_swiftshader_icd.json`)
    .find((file) => existsSync(file));
  if (driver) process.env["VK_ICD_FILENAMES"] = driver;
}

const batch = Number(options.batch);
const kinds = options.kinds.split(",");
const browser = await openChromium({ software: !options.gpu });
const results = [];
for (const name of options.models.split(",")) {
  const { name: variant, depth } = modelNamed(name);
  const inNode = await startAll(kinds, (kind) => start(kind, commandOf(kind, name, { batch, threads: 2, python: "" })));
  const inPages = await startAll(kinds, (kind) => browser.start(kind, name, batch));
  const all = [...inNode.running, ...inPages.running];
  const rows = await takeTurns(all, Number(options.rounds), Number(options.runs));
  const ofPages = new Set(inPages.running.map(({ kind }) => kind));
  const node = { contenders: rows.filter(({ kind }) => !ofPages.has(kind)), leftOut: inNode.leftOut };
  const chromium = { contenders: rows.filter(({ kind }) => ofPages.has(kind)), leftOut: inPages.leftOut };
  results.push({ model: name, variant, depth, batch, node, chromium });
  printTable(`${name}, batch ${batch}, Node`, node.contenders, batch);
  printTable(`${name}, batch ${batch}, Chromium ${browser.version}`, chromium.contenders, batch);
}
const { version: chromium } = browser;
await browser.close();
writeResult(options.out, { ...host(), chromium, software: !options.gpu, rounds: Number(options.rounds), results });
