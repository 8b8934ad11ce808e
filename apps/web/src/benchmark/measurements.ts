import { signal } from "@preact/signals";
import { engine } from "../engine.ts";
import { milliseconds } from "../format.ts";
import { announce } from "../state/announce.ts";
import { measuring } from "../state/setup.ts";
import { Task } from "../state/task.ts";
import type { Measured } from "../worker/calls.ts";
import { quantile } from "./statistics.ts";

/** One line of the results; the fields are those of `tessera bench --json`, and what a browser adds. */
export interface Measurement {
  model: string;
  backend: string;
  device: string;
  precision: string;
  batch: number;
  threads: number | undefined;
  ms: { median: number; min: number; p90: number };
  imagesPerSecond: number;
  /** Milliseconds of each forward, in order. */
  runs: number[];
  browser: string;
}

export const batch = signal(1);
export const runs = signal(20);
export const measurement = new Task<Measurement>("It could not be measured");
/** All of this visit, the newest first. */
export const measurements = signal<readonly Measurement[]>([]);

export async function measureNow(): Promise<void> {
  const input = { setup: measuring.setup.value, batch: batch.value, runs: runs.value };
  const result = await measurement.run(async (how) => summarise(await engine.call("measure", input, how)));
  if (!result) return;
  measurements.value = [result, ...measurements.value];
  announce(`Median ${milliseconds(result.ms.median)}, 90th percentile ${milliseconds(result.ms.p90)}`);
}

function summarise({ ready, batch: size, threads, runs: times }: Measured): Measurement {
  const median = quantile(times, 0.5);
  return {
    model: ready.model,
    backend: ready.backend,
    device: ready.device,
    precision: ready.precision,
    batch: size,
    threads,
    ms: { median, min: Math.min(...times), p90: quantile(times, 0.9) },
    imagesPerSecond: (1000 * size) / median,
    runs: times,
    browser: navigator.userAgent,
  };
}
