import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type LoadModelOptions, type LoadedModel, loadModel } from "@tessera/pipeline";
import { loading } from "../loading.ts";

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
  const inRun = model === undefined ? undefined : join(model, "model");
  const isRun = inRun !== undefined && (await stat(join(inRun, "config.json")).catch(() => undefined));
  const { labels, resetHead, overrides } = options;
  return loading((told) =>
    loadModel(isRun ? inRun : model, { ...told, arch, weights, entry, labels, resetHead, overrides, signal }),
  );
}
