// What run.sh runs: first whether the kernels are right on this GPU, then how fast they are. Results are written after each
// step, so that a machine that is taken away leaves what was done. Exits with 1 if a kernel is wrong or no GPU is found.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { spawnSync } from "node:child_process";
import { aimsOf } from "./aims.mjs";
import { commandOf } from "../command.mjs";
import { here, host, says, writeResult } from "../host.mjs";
import { modelNamed } from "../models.mjs";
import { printTable } from "../table.mjs";
import { reasonIn, start, startAll, takeTurns } from "../turns.mjs";

const { values: options } = parseArgs({
  options: {
    /** Parts of models only, for GPUs in software. */
    quick: { type: "boolean", default: false },
    models: { type: "string" },
    batches: { type: "string" },
    kinds: {
      type: "string",
      default:
        "webgpu-f16,webgpu-f32,webgpu-composed,onnxruntime-webgpu,torch-cuda-bf16,torch-cuda-fp16,torch-cuda-fp32",
    },
    precisions: { type: "string", default: "f32,f16" },
    rounds: { type: "string" },
    runs: { type: "string" },
    /** After as many no further model is begun. */
    minutes: { type: "string", default: "60" },
    python: { type: "string", default: process.env["TESSERA_PYTHON"] ?? "python3" },
    out: { type: "string", default: process.env["TESSERA_OUT"] ?? here("results") },
  },
});
const { quick, python } = options;
const names = (options.models ?? (quick ? "tiny_2,tnt_s_1" : "base,small,tiny,tnt_s")).split(",");
const batches = (options.batches ?? (quick ? "1" : "1,32")).split(",").map(Number);
const rounds = Number(options.rounds ?? (quick ? 1 : 5));
const runs = Number(options.runs ?? (quick ? 1 : 10));
/** Of one answer: a GPU that hangs does not take the others' time. */
const LIMIT_MS = 5 * 60_000;
const end = performance.now() + Number(options.minutes) * 60_000;

/** @type {{ [part: string]: unknown, checks: any[], speeds: any[] }} */
const report = {
  ...host(),
  kit: JSON.parse(readFileSync(here("../kit.json"), "utf8")),
  gpu: says("nvidia-smi", ["--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]) ?? "no nvidia-smi",
  torch: says(python, ["-c", "import torch; print(torch.__version__, 'CUDA', torch.version.cuda, torch.cuda.is_available())"]) ?? "no PyTorch", // prettier-ignore
  versions: Object.fromEntries(
    ["webgpu", "@tensorflow/tfjs-core"].map((name) => [name, versionOf(here(`../node_modules/${name}`))]),
  ),
  checks: [],
  speeds: [],
};
const file = join(options.out, `gpu-${String(report["date"]).slice(0, 19).replaceAll(":", "-")}.json`);
console.log(`GPU: ${String(report["gpu"])}\nPyTorch: ${String(report["torch"])}`);

/** @param {string} folder of a package */
function versionOf(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
}

/** @param {string} precision @returns {boolean} whether every kernel is right, or the precision not to be had */
function check(precision) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [here("gpu/check.mjs"), precision], {
    encoding: "utf8",
    timeout: Math.max(LIMIT_MS, quick ? 30 * 60_000 : 0),
    maxBuffer: 2 ** 26,
  });
  const text = stdout.trim().split("\n").at(-1) ?? "";
  if (!text.startsWith("{")) {
    const error = status === null ? "it took too long" : reasonIn(stderr);
    report.checks.push({ precision, error });
    console.log(`${precision}: not checked, ${error}`);
    return error.includes("lacks shader-f16");
  }
  const checked = JSON.parse(text);
  report.checks.push(checked);
  const worst = Math.max(
    ...checked.results.map((/** @type {any} */ { fused }) => fused.error ?? Number.POSITIVE_INFINITY),
  );
  console.log(
    `${precision} on ${checked.device}: ${checked.results.length} cases, largest error ${worst.toExponential(1)} of ${checked.limit}` +
      (checked.failed.length > 0 ? `; WRONG: ${checked.failed.join("; ")}` : ""),
  );
  return checked.failed.length === 0;
}

let right = true;
for (const precision of options.precisions.split(",")) {
  right = check(precision) && right;
  writeResult(file, report);
}

const none = report.checks.every(({ error }) => error);
for (const name of none ? [] : names) {
  for (const batch of batches) {
    if (performance.now() > end) {
      console.log(`${name}, batch ${batch}: not begun, ${options.minutes} minutes are over`);
      continue;
    }
    const settings = { batch, threads: 2, python };
    const { running, leftOut } = await startAll(options.kinds.split(","), (kind) => start(kind, commandOf(kind, name, settings), LIMIT_MS)); // prettier-ignore
    const contenders = await takeTurns(running, rounds, runs);
    printTable(`${name}, batch ${batch}`, contenders, batch);
    report.speeds.push({
      model: name,
      variant: modelNamed(name).name,
      depth: modelNamed(name).depth,
      batch,
      contenders,
      leftOut,
    });
    writeResult(file, report);
  }
}
report["aims"] = aimsOf(report.speeds);
writeResult(file, report);
process.exit(right && !none ? 0 : 1);
