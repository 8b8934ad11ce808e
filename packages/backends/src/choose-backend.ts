import { ready, setBackend } from "@tensorflow/tfjs-core";
import { type OptionNames, TesseraError, checkedOptions, nearest, registerGradients, shown } from "@tessera/core";
import {
  type BackendName,
  type BackendProvider,
  type BackendReport,
  type BackendOptions,
  type Precision,
  failed,
  unavailable,
} from "./backend.ts";

export interface UseBackendOptions extends BackendOptions {
  /** Whether another backend may stand in for the named one, with a warning; `passedOver` then has the reason. @default false */
  fallback?: boolean | undefined;
}

const optionNames: OptionNames<UseBackendOptions> = { precision: true, threads: true, wasmPath: true, fallback: true };

/** The backend that runs now, and why not another. */
export interface BackendChoice extends BackendReport {
  precision: Precision;
  /** Those that `auto` would have liked better, each with its reason. */
  passedOver: BackendReport[];
}

/** The backend that was chosen last in this thread, and what it was set up with. */
export interface CurrentBackend extends BackendOptions {
  name: BackendName;
}

let current: CurrentBackend | undefined;

/** What `useBackend` chose last, for another thread to do the same; undefined before. */
export function currentBackend(): CurrentBackend | undefined {
  return current;
}

/** `useBackend` among the providers given. */
export async function chooseBackend(
  providers: readonly BackendProvider[],
  name: BackendName | "auto",
  asked: UseBackendOptions,
): Promise<BackendChoice> {
  const { precision = "f32", fallback = false, ...options } = checkedOptions("useBackend", asked, optionNames);
  const passedOver: BackendReport[] = [];
  for (const provider of candidates(providers, name, fallback)) {
    const report = await start(provider, { ...options, precision }, provider.name === name);
    if (report.available) {
      registerGradients();
      const [named] = passedOver;
      if (name !== "auto" && named) {
        // oxlint-disable-next-line no-console -- the warning that the option promises
        console.warn(`useBackend: expected backend "${name}", runs on ${report.name} instead: ${named.reason}`);
      }
      if (name === "auto" && report.name === "cpu" && passedOver.length > 0) {
        // oxlint-disable-next-line no-console -- a hundred times slower, and nobody asked for it
        console.warn(`useBackend: runs on cpu, which is slow, for want of another\n  ${reasonsOf(passedOver)}`);
      }
      current = { ...options, name: report.name, precision };
      return { ...report, precision, passedOver };
    }
    passedOver.push(report);
  }
  throw new TesseraError(
    `useBackend: expected backend "${name}" with ${precision}, got none that works\n  ${reasonsOf(passedOver)}`,
    {
      code: passedOver.find(({ code }) => code)?.code,
    },
  );
}

function reasonsOf(reports: readonly BackendReport[]): string {
  return reports.map(({ name, reason }) => `${name}: ${reason}`).join("\n  ");
}

function candidates(
  providers: readonly BackendProvider[],
  name: BackendName | "auto",
  fallback: boolean,
): readonly BackendProvider[] {
  if (name === "auto") return providers;
  const provider = providers.find((candidate) => candidate.name === name);
  if (provider) return fallback ? [provider, ...providers.filter((other) => other !== provider)] : [provider];
  const known = ["auto", ...providers.map((candidate) => candidate.name)];
  throw new TesseraError(
    `useBackend: expected one of ${known.join(", ")}, got ${shown(name)}; did you mean ${nearest(name, known)[0]}?`,
  );
}

async function start(
  provider: BackendProvider,
  options: BackendOptions & { precision: Precision },
  asked: boolean,
): Promise<BackendReport> {
  const { precision } = options;
  const report = await provider.probe(options);
  if (!report.available) return report;
  if (report.software && !asked) {
    return unavailable(provider.name, `${report.device} is a GPU in software, slower than wasm; ask for it by name`);
  }
  if (!report.precisions.includes(precision)) {
    const has = report.precisions.join(", ");
    const why = provider.refusal?.(precision) ?? `it computes in ${has}, not in ${precision}`;
    return unavailable(provider.name, `${why}; ask for ${has}`);
  }
  try {
    await provider.register(options);
    if (!(await setBackend(provider.tfjsName))) throw new Error("TensorFlow.js could not start it");
    await ready();
    return report;
  } catch (error) {
    return failed(provider.name, error);
  }
}
