import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { FormatError, TesseraError } from "@tessera/core";
import { interruption } from "../interruption.ts";
import { startBackend } from "../run-options.ts";
import { firstLook } from "../training/first-look.ts";
import { type ModelSpec, defaultModel, imageSizeOf, modelOf, preprocessingOf } from "../training/model.ts";
import { introduceData, openData } from "../training/open-data.ts";
import { recipeOf } from "../training/recipe.ts";
import { runConfig } from "../training/run-config.ts";
import { resumedSettings } from "../training/resume.ts";
import { runTraining } from "../training/run-training.ts";
import { startStem } from "../training/start-stem.ts";
import type { TrainSettings } from "../training/settings.ts";

/** `tessera train`: a model from scratch, on pictures with classes, or with boxes. */
export async function train(data: string, given: TrainSettings): Promise<number> {
  const signal = interruption();
  const settings = await resumedSettings(given);
  if (settings.task === "detection")
    return (await import("../detecting/train-detector.ts")).trainDetector(data, settings, signal);
  if (settings.backbone !== undefined)
    throw new TesseraError(`--backbone: expected --task detection, got none; a classifier is all backbone`);
  const backend = await startBackend(settings);
  Object.assign(settings, { backend: backend.name, precision: backend.precision });
  const parts = await openData(data, settings, signal);
  if (!settings.json) introduceData(parts);
  const imageSize = settings.imageSize ?? (await imageSizeOf(parts.train));
  const spec = await specOf(settings, imageSize);
  const preset = settings.preset ?? "small-data";
  const recipe = recipeOf(preset, settings, parts.train.length);
  const { classes } = parts.train;
  using model = await modelOf(spec, { classes: classes.length, imageSize, recipe });
  const [seed, preprocessing] = [settings.seed ?? 0, preprocessingOf(imageSize)];
  model.init(seed);
  if (settings.stem !== undefined) await startStem(model, settings.stem, signal);
  else if (!settings.dryRun)
    await firstLook(model, parts.train, { preprocessing, workers: settings.workers, seed, signal });
  const config = runConfig("train", data, settings, { preset, model: spec, imageSize, classes, recipe });
  return await runTraining({
    config,
    settings,
    model,
    parts,
    backend,
    preprocessing,
    signal,
  });
}

/** The model that is named, or the one for pictures of that size. */
async function specOf({ model, arg: args = {} }: TrainSettings, imageSize: number): Promise<ModelSpec> {
  if (model === undefined) {
    const own = defaultModel(imageSize);
    return { ...own, args: { ...own.args, ...args } };
  }
  const file = model.endsWith(".json") ? model : join(model, "config.json");
  if (!(await stat(file).catch(() => undefined))) return { architecture: model, args };
  const { architecture, model_args: own } = JSON.parse(await readFile(file, "utf8")) as TimmModel;
  if (typeof architecture !== "string") {
    throw new FormatError(`${file}: expected timm's config with "architecture", got another; name a variant instead`);
  }
  const { img_size: _, ...kept } = own ?? {};
  return { architecture, args: { ...kept, ...args } };
}

interface TimmModel {
  architecture?: unknown;
  model_args?: Record<string, unknown>;
}
