import { resolve } from "node:path";
import type { Recipe } from "@tessera/train";
import { version } from "../version.ts";
import type { ModelSpec } from "./model.ts";
import type { TrainSettings } from "./settings.ts";

/** `config.json` of a run: what was asked, and what it came to. */
export interface RunConfig<R = Recipe> {
  tessera: string;
  command: "train" | "finetune";
  data: string;
  /** As given, for `--resume`. */
  settings: TrainSettings;
  preset: string;
  model: ModelSpec;
  /** Side of the pictures; of a detector's the shorter one. */
  imageSize: number;
  classes: readonly string[];
  recipe: R;
}

/** Settings of how a run is shown and where it runs, which may change when it is resumed. */
const free = ["json", "verbose", "resume", "dryRun", "out", "workers", "threads", "keep"] as const;

/** The settings that were given and that fix a run. */
export function fixing(settings: TrainSettings): TrainSettings {
  const kept = Object.entries(settings).filter(
    ([name, value]) => value !== undefined && !free.some((one) => one === name),
  );
  return Object.fromEntries(kept) as unknown as TrainSettings;
}

/** The configuration of a run, to be written and, when it is resumed, compared. */
export function runConfig<R>(
  command: RunConfig["command"],
  data: string,
  settings: TrainSettings,
  rest: Pick<RunConfig<R>, "preset" | "model" | "imageSize" | "classes" | "recipe">,
): RunConfig<R> {
  return { tessera: version, command, data: resolve(data), settings: fixing(settings), ...rest };
}

/** What makes a run itself: all that its bits depend on, but for data and classes, which `fit` compares. */
export function identityOf({
  command,
  settings,
  model,
  imageSize,
  recipe,
}: RunConfig<unknown>): Record<string, unknown> {
  const { task, backend, precision, validation, fraction, perClass, teacher, stem, backbone, only } = settings;
  return {
    command,
    task,
    model,
    imageSize,
    recipe,
    backend,
    precision,
    validation,
    fraction,
    perClass,
    teacher,
    stem,
    backbone,
    only,
  };
}
