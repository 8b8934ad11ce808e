import { TesseraError } from "@tessera/core";
import { type RunConfig, fixing } from "./run-config.ts";
import { readConfig } from "./run-folder.ts";
import type { TrainSettings } from "./settings.ts";

/**
 * The settings of the run that `--resume` goes on with, and what was given anew. A run that has not begun is begun.
 * @throws {TesseraError} if there is no folder to look into.
 */
export async function resumedSettings(given: TrainSettings): Promise<TrainSettings> {
  if (!given.resume) return given;
  if (given.out === undefined) {
    throw new TesseraError("--resume: expected the run's folder, got none; name it by --out");
  }
  const config = await readConfig<RunConfig>(given.out);
  if (!config) return given;
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const before = fixing(config.settings);
  const arg = { ...before.arg, ...given.arg };
  const set = { ...before.set, ...given.set };
  return { ...before, ...present, arg, set } as TrainSettings;
}
