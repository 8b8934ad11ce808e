import { ready, setBackend } from "@tensorflow/tfjs-core";
import { TesseraError, nearest, registerGradients } from "@tessera/core";
import { providers } from "#providers";
import {
  type BackendName,
  type BackendProvider,
  type BackendReport,
  type BackendSettings,
  type Precision,
  unavailable,
} from "./backend.ts";

export interface UseBackendOptions extends BackendSettings {
  /** @default "f32" */
  precision?: Precision;
}

/** The backend that runs now, and why not another. */
export interface BackendChoice extends BackendReport {
  precision: Precision;
  /** Those that `auto` would have liked better, each with its reason. */
  passedOver: BackendReport[];
}

/**
 * Sets tfjs up to run on a backend: the named one, or with `auto` the first that works, the fastest first. Also registers
 * the gradients that training needs.
 *
 * @throws {TesseraError} if the backend is unknown or not available here, or lacks the precision, with the reason and the cure.
 */
export async function useBackend(
  name: BackendName | "auto" = "auto",
  options: UseBackendOptions = {},
): Promise<BackendChoice> {
  const passedOver: BackendReport[] = [];
  for (const provider of candidates(name)) {
    const report = await start(provider, options);
    if (report.available) {
      registerGradients();
      return { ...report, precision: options.precision ?? "f32", passedOver };
    }
    passedOver.push(report);
  }
  const reasons = passedOver.map((report) => `${report.name}: ${report.reason}`).join("\n  ");
  throw new TesseraError(
    `useBackend: expected backend "${name}" with ${options.precision ?? "f32"}, got none that works\n  ${reasons}`,
  );
}

/** What this machine has of every backend, in the order in which `auto` tries them. Nothing is set up. */
export async function listBackends(): Promise<BackendReport[]> {
  const reports: BackendReport[] = [];
  for (const provider of providers) reports.push(await provider.probe());
  return reports;
}

/** Names of the backends that exist on this platform. */
export const backendNames: readonly BackendName[] = providers.map(({ name }) => name);

function candidates(name: BackendName | "auto"): readonly BackendProvider[] {
  if (name === "auto") return providers;
  const provider = providers.find((candidate) => candidate.name === name);
  if (provider) return [provider];
  const known = ["auto", ...backendNames];
  throw new TesseraError(
    `useBackend: expected one of ${known.join(", ")}, got "${name}"; did you mean ${nearest(name, known)[0]}?`,
  );
}

async function start(
  provider: BackendProvider,
  { precision = "f32", ...settings }: UseBackendOptions,
): Promise<BackendReport> {
  const report = await provider.probe();
  if (!report.available) return report;
  if (!report.precisions.includes(precision)) {
    return unavailable(provider.name, `it computes in ${report.precisions.join(", ")}, not in ${precision}`);
  }
  try {
    await provider.register(settings);
    if (!(await setBackend(provider.tfjsName))) throw new Error("tfjs could not initialise it");
    await ready();
    return report;
  } catch (error) {
    return unavailable(provider.name, (error as Error).message);
  }
}
