import { type Backbone, pair } from "@tessera/core";
import { interruption } from "../interruption.ts";
import { startBackend } from "../run-options.ts";
import { learning, presetFor } from "../training/fine-tuning.ts";
import { loadTrained } from "../training/load-trained.ts";
import { introduceData, openData } from "../training/open-data.ts";
import { recipeOf } from "../training/recipe.ts";
import { resumedSettings } from "../training/resume.ts";
import { runConfig } from "../training/run-config.ts";
import { runTraining } from "../training/run-training.ts";
import type { TrainSettings } from "../training/settings.ts";

/** `tessera finetune`: a trained model, or a part of it, for other pictures and classes. */
export async function finetune(data: string, given: TrainSettings): Promise<number> {
  const signal = interruption();
  const settings = await resumedSettings(given);
  const backend = await startBackend(settings);
  Object.assign(settings, { backend: backend.name, precision: backend.precision });
  const { only = "full", imageSize: size } = settings;
  const parts = await openData(data, settings, signal);
  if (!settings.json) introduceData(parts);
  const { classes } = parts.train;
  const preset = settings.preset ?? presetFor(only);
  const recipe = recipeOf(preset, settings, parts.train.length);
  const { dropout, dropPath, patchDropout } = recipe;
  const overrides = {
    ...(size && { imageSize: size }),
    ...(dropout && { dropout }),
    ...(dropPath && { dropPath }),
    ...(patchDropout && { patchDropout }),
  };
  const loaded = await loadTrained({ ...settings, labels: classes, resetHead: true, overrides }, signal);
  using model = loaded.model;
  resetHead(model);
  const [imageSize] = pair(model.config.imageSize);
  const spec = { architecture: loaded.name, args: {} };
  const config = runConfig("finetune", data, settings, { preset, model: spec, imageSize, classes, recipe });
  const { preprocessing } = loaded;
  const job = { config, settings, model, parts, backend, preprocessing, signal };
  return await runTraining({ ...job, ...learning(only, job) });
}

/** A new head begins as nothing, as in the ViT paper, whichever classes the old one knew. */
function resetHead(model: Backbone): void {
  for (const [path, param] of model.params()) {
    if (model.headPaths.some((head) => path.startsWith(`${head}.`))) param.set(new Float32Array(param.size));
  }
}
