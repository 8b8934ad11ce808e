import { computed, signal } from "@preact/signals";
import type { BackendName, Precision } from "@tessera/backends";
import { engine } from "../engine.ts";
import type { Survey } from "../worker/calls.ts";
import { Task } from "./task.ts";

const task = new Task<Survey>("The list of backends could not be made");

/** What this browser has; undefined until the worker has looked. */
export const survey = {
  result: task.result,
  problem: task.problem,
  /** May the worker start? Not before its fetches are seen by the service worker. */
  begun: signal(false),
  async start(): Promise<void> {
    survey.begun.value = true;
    await task.run(({ signal: cancel }) => engine.call("survey", undefined, { signal: cancel }));
  },
};

export const availableBackends = computed(
  () => survey.result.value?.backends.filter(({ available }) => available).map(({ name }) => name) ?? [],
);

/** Number formats of a backend; those of the one that `auto` takes first for that. */
export function precisionsOf(backend: BackendName | "auto"): readonly Precision[] {
  const reports = survey.result.value?.backends.filter(({ available }) => available) ?? [];
  const report = backend === "auto" ? reports[0] : reports.find(({ name }) => name === backend);
  return report?.precisions ?? ["f32"];
}
