import type { BackendChoice, BackendName, Precision } from "@tessera/backends";
import { adviceHere } from "./advice.ts";
import { note } from "./report.ts";
import type { Settings } from "./settings.ts";

export { interruption } from "./interruption.ts";

/** Options of commands that compute, as `program` declares them. */
export interface ComputeSettings extends Settings {
  backend?: string;
  precision?: Precision;
  threads?: number;
}

/** Options of commands that run a model. */
export interface RunSettings extends ComputeSettings {
  model?: string;
  arch?: string;
  weights?: string;
  entry?: string;
  batch: number;
}

/** Sets the backend up; with `--verbose` says why not a faster one. */
export async function startBackend(settings: ComputeSettings): Promise<BackendChoice> {
  const { backend = "auto", precision, threads, verbose } = settings;
  const { useBackend } = await import("@tessera/backends");
  const choice = await useBackend(backend as BackendName | "auto", { precision, threads });
  if (verbose) {
    note(`backend ${choice.name}: ${choice.device}, ${choice.precision}`);
    for (const report of choice.passedOver) note(`  not ${report.name}: ${adviceHere(report.reason)}`);
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
