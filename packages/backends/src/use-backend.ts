import { providers } from "#providers";
import type { BackendName, BackendReport } from "./backend.ts";
import { type BackendChoice, type UseBackendOptions, chooseBackend } from "./choose-backend.ts";

/**
 * Sets tfjs up to run on a backend: the named one, or with `auto` the first that works, the fastest first. Also registers
 * the gradients that training needs.
 *
 * @throws {TesseraError} if the backend is unknown or not available here, or lacks the precision, with the reason and the cure.
 */
export function useBackend(
  name: BackendName | "auto" = "auto",
  options: UseBackendOptions = {},
): Promise<BackendChoice> {
  return chooseBackend(providers, name, options);
}

/** What this machine has of every backend, in the order in which `auto` tries them. Nothing is set up. */
export async function listBackends(): Promise<BackendReport[]> {
  const reports: BackendReport[] = [];
  for (const provider of providers) reports.push(await provider.probe());
  return reports;
}

/** Names of the backends that exist on this platform. */
export const backendNames: readonly BackendName[] = providers.map(({ name }) => name);
