// CPU backends and their peers: npm run bench [-- --models tiny,base --kinds native-f32,onnxruntime --rounds 10 --batch 1
// --threads 2 --out FILE]. See README.md.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { existsSync } from "node:fs";
import { commandOf } from "./command.mjs";
import { here, host, says, writeResult } from "./host.mjs";
import { modelNamed } from "./models.mjs";
import { printTable } from "./table.mjs";
import { start, startAll, takeTurns } from "./turns.mjs";

const { values: options } = parseArgs({
  options: {
    models: { type: "string", default: "tiny,small,base,tnt_s" },
    kinds: {
      type: "string",
      default: "onnxruntime,onnxruntime-int8,native-f32,native-bf16,wasm,tfjs-wasm,tfjs-node,torch-fp32,torch-bf16",
    },
    rounds: { type: "string", default: "8" },
    runs: { type: "string", default: "3" },
    batch: { type: "string", default: "1" },
    threads: { type: "string", default: String(availableParallelism()) },
    python: { type: "string", default: process.env["TESSERA_PYTHON"] ?? "python3" },
    out: { type: "string", default: here("results/cpu.json") },
  },
});

if (!existsSync(here("peers/node_modules")))
  console.error("No onnxruntime-node: npm install --ignore-scripts in benchmarks/peers");

const { python } = options;
const [batch, threads] = [Number(options.batch), Number(options.threads)];
const kinds = options.kinds.split(",");
const results = [];
const torch = says(python, ["-c", "import torch; print(torch.__version__)"]);
const report = { ...host(), torch, rounds: Number(options.rounds), runs: Number(options.runs), results };
for (const name of options.models.split(",")) {
  const model = modelNamed(name);
  const { running, leftOut } = await startAll(kinds, (kind) =>
    start(kind, commandOf(kind, name, { batch, threads, python })),
  );
  const contenders = await takeTurns(running, Number(options.rounds), Number(options.runs));
  const int8 = contenders.some(({ kind }) => kind === "onnxruntime-int8");
  const int8Cosine = int8 ? Number(says(process.execPath, [here("onnx/compare-int8.mjs"), name])) : undefined;
  results.push({
    model: name,
    variant: model.name,
    depth: model.depth,
    batch,
    threads,
    contenders,
    leftOut,
    int8Cosine,
  });
  printTable(`${name}, batch ${batch}, ${threads} threads`, contenders, batch);
  if (int8Cosine !== undefined) console.log(`int8 against fp32 logits: cosine ${int8Cosine.toFixed(5)}`);
  // After each model, so that one that is stopped leaves what was done.
  writeResult(options.out, report);
}
