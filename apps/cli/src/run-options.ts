import type { BackendName, Precision } from "@tessera/backends";
import type { Settings } from "./settings.ts";

/** Options of commands that run a model, as `main` declares them. */
export interface RunSettings extends Settings {
  model?: string;
  arch?: string;
  weights?: string;
  backend: string;
  precision: Precision;
  threads?: number;
  batch: number;
}

/** Sets the backend up and, for people on a terminal, says which it is and why not a faster one. */
export async function startBackend({ backend, precision, threads, verbose }: RunSettings): Promise<void> {
  const { useBackend } = await import("@tessera/backends");
  const choice = await useBackend(backend as BackendName | "auto", { precision, threads });
  if (!verbose) return;
  const { note } = await import("./report.ts");
  note(`backend ${choice.name}: ${choice.device}, ${choice.precision}`);
  for (const report of choice.passedOver) note(`  not ${report.name}: ${report.reason}`);
}

/** Ends the work at the first Ctrl-C; the second ends the process. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort(new Error("interrupted")));
  return controller.signal;
}
