import { TesseraError, shown } from "@tessera/core";
import { buildDetector } from "@tessera/pipeline";
import { startBackend } from "../run-options.ts";
import { detectionRecipeOf } from "../training/recipe.ts";
import { runConfig } from "../training/run-config.ts";
import type { TrainSettings } from "../training/settings.ts";
import { detectorPreprocessing, detectorSpec } from "./detector-spec.ts";
import { introduceThings, openThings } from "./open-things.ts";
import { runDetectorTraining } from "./run-detector-training.ts";
import { startBackbone } from "./start-backbone.ts";

/** What only classifiers' trainings have. */
const others = ["teacher", "stem", "fraction", "perClass", "workers"] as const;

/** `tessera train --task detection`: a detector from scratch, on pictures with boxes. */
export async function trainDetector(data: string, settings: TrainSettings, signal: AbortSignal): Promise<number> {
  const other = others.find((name) => settings[name] !== undefined);
  if (other !== undefined) {
    const option = other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new TesseraError(`--${option}: expected none with --task detection, got ${shown(settings[other])}; leave it out`); // prettier-ignore
  }
  const backend = await startBackend(settings);
  Object.assign(settings, { backend: backend.name, precision: backend.precision });
  const parts = await openThings(data, settings, signal);
  if (!settings.json) introduceThings(parts);
  const { classes } = parts.train;
  const preset = settings.preset ?? "small-detection";
  const recipe = detectionRecipeOf(preset, settings, parts.train.length);
  const spec = await detectorSpec(settings, preset);
  const args = { ...spec.args, ...(recipe.dropout !== undefined && { dropout: recipe.dropout }) };
  using model = await buildDetector(spec.architecture, args, classes.length, "--arg");
  model.init(settings.seed ?? 0);
  if (settings.backbone !== undefined) await startBackbone(model, settings.backbone, signal);
  const preprocessing = await detectorPreprocessing(parts.train, model.family, settings.imageSize);
  const imageSize = preprocessing.shortest;
  const config = runConfig("train", data, settings, { preset, model: spec, imageSize, classes, recipe });
  return await runDetectorTraining({ config, settings, model, parts, backend, preprocessing, signal });
}
