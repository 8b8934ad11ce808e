// npm run bench [-- --sizes tiny,base --kinds native-f32,onnxruntime --rounds 10 --batch 1 --threads 2 --out FILE]
// Every contender has a process of its own and they take turns, so that a machine that is busy is busy for all. Medians over
// all rounds, of wall time and of processor time; the ratio is to the first contender that is not ours.
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { sizes } from "./sizes.mjs";

const { values: options } = parseArgs({
  options: {
    sizes: { type: "string", default: "tiny,small,base" },
    kinds: { type: "string", default: "onnxruntime,native-f32,native-bf16,torch-fp32,torch-bf16" },
    rounds: { type: "string", default: "8" },
    runs: { type: "string", default: "3" },
    batch: { type: "string", default: "1" },
    threads: { type: "string", default: String(availableParallelism()) },
    python: { type: "string", default: process.env["TESSERA_PYTHON"] ?? "python3" },
    out: { type: "string" },
  },
});

/** @param {string} name */
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
/** @param {number[]} list */
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

/** @param {string} kind @param {keyof typeof sizes} size @returns {[string, string[]]} */
function command(kind, size) {
  const { width, depth, heads } = sizes[size];
  if (!kind.startsWith("torch-"))
    return [process.execPath, [here("contender.mjs"), kind, size, options.batch, options.threads]];
  const numbers = [width, depth, heads, options.batch, options.threads].map(String);
  return [options.python, [here("torch_contender.py"), kind.slice(6), ...numbers]];
}

/** @param {string} kind @param {keyof typeof sizes} size */
async function start(kind, size) {
  const child = spawn(...command(kind, size), { stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (text) => (complaint += text));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(complaint.trim().split("\n").at(-1) ?? "no answer");
    return JSON.parse(value);
  };
  await answer();
  return {
    kind,
    ms: /** @type {number[]} */ ([]),
    cpu: /** @type {number[]} */ ([]),
    rssMB: 0,
    async run() {
      child.stdin.write(`${options.runs}\n`);
      const { ms, cpu, rssMB } = await answer();
      this.ms.push(...ms);
      this.cpu.push(...cpu);
      this.rssMB = rssMB;
    },
    stop: () => child.stdin.end(),
  };
}

if (!existsSync(here("peers/node_modules")))
  console.error("No onnxruntime-node: npm install --ignore-scripts in benchmarks/peers");

const results = [];
for (const size of /** @type {(keyof typeof sizes)[]} */ (options.sizes.split(","))) {
  const contenders = [];
  for (const kind of options.kinds.split(",")) {
    try {
      contenders.push(await start(kind, size));
    } catch (error) {
      console.error(`${kind}: left out, ${/** @type {Error} */ (error).message}`);
    }
  }
  for (let round = 0; round < Number(options.rounds); round++)
    for (const contender of contenders) await contender.run();
  const peer = contenders.find(({ kind }) => !kind.startsWith("native"));
  for (const { kind, ms, cpu, rssMB, stop } of contenders) {
    stop();
    const result = {
      size,
      kind,
      batch: Number(options.batch),
      threads: Number(options.threads),
      ms: { median: median(ms), min: Math.min(...ms) },
      cpuMs: { median: median(cpu), min: Math.min(...cpu) },
      peakRssMB: rssMB,
      faster: peer && {
        than: peer.kind,
        wall: median(peer.ms) / median(ms),
        processor: median(peer.cpu) / median(cpu),
      },
    };
    results.push(result);
    const cells = [result.ms.median, result.ms.min, result.cpuMs.median, result.cpuMs.min].map((x) =>
      x.toFixed(1).padStart(8),
    );
    const ratios = result.faster
      ? `${result.faster.wall.toFixed(2)}× wall, ${result.faster.processor.toFixed(2)}× processor`
      : "";
    console.log(
      `${size.padEnd(6)} ${kind.padEnd(12)} ${cells.join("")}  ${rssMB.toFixed(0).padStart(5)} MB  ${ratios}`,
    );
  }
}
if (options.out)
  writeFileSync(options.out, `${JSON.stringify({ cpu: cpus()[0]?.model, node: process.version, results }, null, 2)}\n`);
