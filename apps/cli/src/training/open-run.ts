import { basename, join } from "node:path";
import type { Module } from "@tessera/core";
import { BEST } from "@tessera/train";
import type { RunConfig } from "./run-config.ts";
import { type Curves, RunFolder, readConfig } from "./run-folder.ts";
import type { TrainSettings } from "./settings.ts";

/** The folder of the run that is resumed, or a new one. */
export async function openRun<L extends { step: number; seconds: number }>(
  config: RunConfig<unknown>,
  { out, resume }: Pick<TrainSettings, "out" | "resume">,
  curves: Curves<L>,
): Promise<RunFolder<L>> {
  const path = out ?? (await freeName(config));
  return resume && (await readConfig(path)) ? RunFolder.open(path, curves) : RunFolder.create(path, config, curves);
}

/** `runs/vit`, `runs/vit-2`, … */
async function freeName({ model: { architecture } }: RunConfig<unknown>): Promise<string> {
  const name = basename(architecture).replace(/[^\w.-]+/g, "-");
  for (let i = 1; ; i++) {
    const path = join("runs", i === 1 ? name : `${name}-${i}`);
    if (!(await readConfig(path))) return path;
  }
}

/** Often enough that a killed run loses little: an epoch of few steps is done soon, one of many is not. */
export function checkpointInterval(stepsPerEpoch: number): number {
  return Math.min(stepsPerEpoch, 200);
}

/** Brings the best weights of a run into its model. */
export async function loadBest(model: Module, run: Pick<RunFolder, "checkpoints">): Promise<void> {
  const checkpoint = await run.checkpoints.open(BEST);
  try {
    await model.load(checkpoint);
  } finally {
    await checkpoint.dispose();
  }
}
