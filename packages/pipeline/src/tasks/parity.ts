import { type Tensor4D, tensor4d } from "@tensorflow/tfjs-core";
import { type BackendName, type BackendReport, listBackends, useBackend } from "@tessera/backends";
import { type Backbone, Random, TesseraError, pair, sizeOf } from "@tessera/core";

/** Logits to compare with, and the input that they belong to. */
export interface ParityReference {
  /** [b, h, w, 3] */
  images: { shape: readonly number[]; values: Float32Array };
  /** [b, classes] */
  logits: Float32Array;
}

export interface ParityOptions {
  /** @default every backend that this machine has */
  backends?: readonly BackendName[];
  /** @default the first backend's own logits for pictures of seeded noise */
  reference?: ParityReference;
  /** Pictures of noise, without a reference. @default 2 */
  batch?: number;
  /** Largest difference that passes, relative to the largest logit. @default 1e-3 */
  tolerance?: number;
  /** Stops between two backends. */
  signal?: AbortSignal;
}

/** One backend's logits beside the reference's. */
export interface ParityRow {
  backend: BackendName;
  device: string;
  /** Largest and mean absolute difference of a logit. */
  maxDifference: number;
  meanDifference: number;
  /** Share of pictures whose best class is the same, from 0 to 1. */
  top1Agreement: number;
  /** Milliseconds of the second forward. */
  ms: number;
  passed: boolean;
}

export interface ParityReport {
  rows: ParityRow[];
  /** Backends that this machine lacks, each with its reason. */
  skipped: BackendReport[];
  passed: boolean;
}

/**
 * Runs one model on one backend after the other and compares the logits with the first's, or with a reference's. The model's
 * parameters move along; the last backend stays set.
 *
 * @throws {TesseraError} if no backend works, or the reference's sizes are not the model's.
 */
export async function parity(model: Backbone, options: ParityOptions = {}): Promise<ParityReport> {
  const { tolerance = 1e-3, signal } = options;
  const reports = await listBackends();
  const wanted = options.backends;
  const chosen = reports.filter(({ name, available }) => available && (wanted?.includes(name) ?? true));
  if (chosen.length === 0)
    throw new TesseraError(
      `parity: expected a backend that works, got none of ${(wanted ?? reports.map(({ name }) => name)).join(", ")}`,
    );

  // Values leave the backend that holds them before another takes over: some cannot be read from outside.
  const weights = await valuesOf(model);
  const input = options.reference?.images ?? noise(model, options.batch ?? 2);
  let expected = options.reference?.logits;
  const rows: ParityRow[] = [];
  for (const { name, device } of chosen) {
    signal?.throwIfAborted();
    await useBackend(name);
    for (const [path, param] of model.state()) param.set(weights.get(path)!);
    const { logits, ms } = await forward(model, input);
    expected ??= logits;
    if (logits.length !== expected.length)
      throw new TesseraError(
        `parity: expected ${expected.length} logits as in the reference, got ${logits.length}; is it of another model?`,
      );
    rows.push({ backend: name, device, ms, ...compare(logits, expected, input.shape[0]!, tolerance) });
  }
  const skipped = reports.filter(({ name, available }) => !available && (wanted?.includes(name) ?? true));
  return { rows, skipped, passed: rows.every(({ passed }) => passed) };
}

async function valuesOf(model: Backbone): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  for (const [path, param] of model.state()) values.set(path, Float32Array.from(await param.value.data<"float32">()));
  return values;
}

function noise(model: Backbone, batch: number): ParityReference["images"] {
  const shape = [batch, ...pair(model.config.imageSize), 3];
  const random = new Random("parity");
  return { shape, values: Float32Array.from({ length: sizeOf(shape) }, () => random.normal()) };
}

async function forward(
  model: Backbone,
  { shape, values }: ParityReference["images"],
): Promise<{ logits: Float32Array; ms: number }> {
  const images: Tensor4D = tensor4d(values, shape as [number, number, number, number]);
  try {
    const warm = model.forward(images);
    await warm.data();
    warm.dispose();
    const start = performance.now();
    const output = model.forward(images);
    const logits = Float32Array.from(await output.data<"float32">());
    output.dispose();
    return { logits, ms: performance.now() - start };
  } finally {
    images.dispose();
  }
}

function compare(
  got: Float32Array,
  expected: Float32Array,
  batch: number,
  tolerance: number,
): Omit<ParityRow, "backend" | "device" | "ms"> {
  const width = expected.length / batch;
  let [max, sum, scale, agreed] = [0, 0, 0, 0];
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(got[i]! - expected[i]!);
    // NaN is larger than any tolerance
    max = Number.isNaN(difference) ? Infinity : Math.max(max, difference);
    sum += difference;
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  for (let row = 0; row < batch; row++) if (best(got, row, width) === best(expected, row, width)) agreed++;
  const passed = max <= tolerance * Math.max(1, scale);
  return { maxDifference: max, meanDifference: sum / expected.length, top1Agreement: agreed / batch, passed };
}

function best(values: Float32Array, row: number, width: number): number {
  const logits = values.subarray(row * width, (row + 1) * width);
  return logits.indexOf(logits.reduce((a, b) => Math.max(a, b), -Infinity));
}
