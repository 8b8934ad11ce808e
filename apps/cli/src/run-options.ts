import type { BackendChoice, BackendName, Precision } from "@tessera/backends";
import { note } from "./report.ts";
import type { Settings } from "./settings.ts";

export { interruption } from "./interruption.ts";

/** Options of commands that run a model, as `program` declares them. */
export interface RunSettings extends Settings {
  model?: string;
  arch?: string;
  weights?: string;
  backend: string;
  precision: Precision;
  threads?: number;
  batch: number;
}

/** Sets the backend up; with `--verbose` says why not a faster one. */
export async function startBackend({ backend, precision, threads, verbose }: RunSettings): Promise<BackendChoice> {
  const { useBackend } = await import("@tessera/backends");
  const choice = await useBackend(backend as BackendName | "auto", { precision, threads });
  if (verbose) {
    note(`backend ${choice.name}: ${choice.device}, ${choice.precision}`);
    for (const report of choice.passedOver) note(`  not ${report.name}: ${report.reason}`);
  }
  return choice;
}

/** Tells a person which model looks at the pictures, and where; programs are not told. */
export function introduce(modelName: string, { name, device }: BackendChoice): void {
  if (process.stderr.isTTY) note(`${modelName} on ${name} (${device})`);
}

/** Loads what decodes pictures while the files of the model are read. If it fails, the first picture says so. */
export function warmUpDecoder(): void {
  import("sharp").catch(() => {});
}
