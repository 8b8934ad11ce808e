import { spawnSync } from "node:child_process";
import { type Tensor4D, randomNormal } from "@tensorflow/tfjs-core";
import { type Backbone, TesseraError, pair, replayed, summarize } from "@tessera/core";
import { EMBEDDED_MODEL, describeModel } from "@tessera/pipeline";
import { adamW, fit } from "@tessera/train";
import { interruption } from "../interruption.ts";
import { print, printJson } from "../report.ts";
import { type ComputeSettings, startBackend } from "../run-options.ts";
import { table } from "../table.ts";
import { noiseData } from "../training/noise-data.ts";

interface BenchSettings extends ComputeSettings {
  batch: number;
  imageSize?: number;
  train?: boolean;
  seconds: number;
}

/** One row of the table, and one object of the JSON document. */
interface BenchRow {
  model: string;
  backend: string;
  precision: string;
  batch: number;
  /** Null where the backend does not say. */
  threads: number | null;
  ms: { median: number; min: number; p90: number };
  imagesPerSecond: number;
  /** Thousands of millions of operations a second: two a multiply-add, three times as many for a training step. */
  gflops: number;
  peakRssMB: number;
}

/** The fewest runs that are measured, and those before them, in which caches fill and forwards are recorded. */
const LEAST = 5;
const WARM_UP = 3;

/** `tessera bench`: how long models take here, with weights drawn at random. Each has a process of its own. */
export async function bench(specs: string[], options: BenchSettings): Promise<number> {
  const models = specs.length > 0 ? specs : [EMBEDDED_MODEL];
  const rows =
    models.length === 1 ? [await measured(models[0]!, options)] : models.map((model) => apart(model, options));
  if (options.json) printJson(rows);
  else show(rows, options.train);
  return 0;
}

/** In a process of its own, so that memory and caches of one model are not another's. */
function apart(
  model: string,
  { backend, precision, threads, batch, imageSize, train, seconds }: BenchSettings,
): BenchRow {
  const values = { backend, precision, threads, batch, "image-size": imageSize, seconds };
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
  const args = [process.argv[1]!, "bench", model, ...given, ...(train ? ["--train"] : []), "--json"];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new TesseraError(`${model}: ${stderr.replace(/^error: /, "").trim()}`);
  return (JSON.parse(stdout) as BenchRow[])[0]!;
}

async function measured(spec: string, options: BenchSettings): Promise<BenchRow> {
  const { batch, imageSize, train = false, seconds } = options;
  const signal = interruption();
  const backend = await startBackend(options);
  const { name, model } = await describeModel(spec, { imageSize });
  model.init(0);
  const sides = pair(model.config.imageSize);
  const shape: [number, number, number, number] = [batch, ...sides, model.config.channels ?? 3];
  try {
    const times = await (train ? trainingTimes : forwardTimes)(model, shape, seconds, signal);
    const sorted = [...times].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
    const ms = { median: round(at(0.5)), min: round(sorted[0]!), p90: round(at(0.9)) };
    const { macs } = summarize(model, [1, ...shape.slice(1)]);
    const threads = /(\d+) threads?/.exec(backend.device)?.[1];
    return {
      model: name,
      backend: backend.name,
      precision: backend.precision,
      batch,
      threads: threads === undefined ? null : Number(threads),
      ms,
      imagesPerSecond: round((1000 * batch) / at(0.5)),
      gflops: round(((train ? 6 : 2) * macs * batch) / at(0.5) / 1e6),
      peakRssMB: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  } finally {
    model.dispose();
  }
}

type Times = (
  model: Backbone,
  shape: [number, number, number, number],
  seconds: number,
  signal: AbortSignal,
) => Promise<number[]>;

/** Milliseconds of forwards, from images on the backend to logits in JavaScript. */
const forwardTimes: Times = async (model, shape, seconds, signal) => {
  const images: Tensor4D = randomNormal(shape, 0, 1, "float32", 1);
  const forward = replayed(model, (x: Tensor4D) => model.forward(x));
  const times: number[] = [];
  let end = Infinity;
  for (let run = -WARM_UP; run < LEAST || performance.now() < end; run++) {
    signal.throwIfAborted();
    if (run === 0) end = performance.now() + 1000 * seconds;
    const began = performance.now();
    const logits = forward(images);
    await logits.data();
    if (run >= 0) times.push(performance.now() - began);
    logits.dispose();
  }
  images.dispose();
  return times;
};

/** Milliseconds of whole steps as `fit` takes them: forward, backward, clipping, AdamW. */
const trainingTimes: Times = async (model, shape, seconds, signal) => {
  const { classes } = model.config;
  if (classes < 2) throw new TesseraError("bench --train: expected a model with classes, got one without a head");
  const optimizer = adamW(model.params(), { weightDecay: 0.05 });
  const times: number[] = [];
  const enough = new AbortController();
  let [began, end] = [performance.now(), Infinity];
  const onStep = ({ step }: { step: number }) => {
    const now = performance.now();
    if (step > WARM_UP) times.push(now - began);
    else if (step === WARM_UP) end = now + 1000 * seconds;
    if (times.length >= LEAST && now > end) enough.abort();
    began = now;
  };
  try {
    await fit(model, noiseData(shape, classes), {
      steps: 1e6,
      batchSize: shape[0],
      optimizer,
      rate: 1e-4,
      clipNorm: 1,
      signal: AbortSignal.any([enough.signal, signal]),
      onStep,
    }).catch((error: unknown) => {
      if (!enough.signal.aborted || signal.aborted) throw error;
    });
  } finally {
    optimizer.dispose();
  }
  return times;
};

function show(rows: readonly BenchRow[], train = false): void {
  const cells = rows.map(({ model, backend, precision, batch, threads, ms, imagesPerSecond, gflops, peakRssMB }) => [
    model, backend, precision, batch, threads ?? "", ms.median, ms.min, ms.p90, imagesPerSecond, gflops, peakRssMB,
  ]); // prettier-ignore
  const numbers = ["batch", "threads", train ? "ms a step" : "ms", "min", "p90", "images/s", "GFLOP/s", "peak MB"];
  print(table(["model", "backend", "precision", ...numbers], cells, numbers));
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
