import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type LoadModelOptions, type LoadedModel, loadModel } from "@tessera/pipeline";
import { loading } from "../loading.ts";

/** The model that a run of `tessera train` left behind, or what was named where that is no run's folder. */
export async function trainedIn(named: string): Promise<string> {
  const inRun = join(named, "model");
  return (await stat(join(inRun, "config.json")).catch(() => undefined)) ? inRun : named;
}

/** The best weights of a run of `tessera train`, or any model that `--model` takes elsewhere. */
export async function loadTrained(
  {
    model,
    arch,
    weights,
    entry,
    ...options
  }: { model?: string; arch?: string; weights?: string; entry?: string } & Pick<
    LoadModelOptions,
    "labels" | "resetHead" | "overrides"
  >,
  signal: AbortSignal,
): Promise<LoadedModel> {
  const { labels, resetHead, overrides } = options;
  const found = model === undefined ? undefined : await trainedIn(model);
  return loading((told) => loadModel(found, { ...told, arch, weights, entry, labels, resetHead, overrides, signal }));
}
