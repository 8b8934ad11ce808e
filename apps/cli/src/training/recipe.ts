import { TesseraError, nearest } from "@tessera/core";
import { type DetectionRecipe, type Recipe, detectionPresetOf, presetOf } from "@tessera/train";
import type { TrainSettings } from "./settings.ts";

/** The fields that `--set` may name. */
const fields: Record<keyof Omit<Recipe, "augmentation">, true> = { epochs: true, batchSize: true, optimizer: true, rate: true, finalRate: true, schedule: true, drops: true, warmup: true, weightDecay: true, layerDecay: true, momentum: true, clipNorm: true, loss: true, distillation: true, smoothing: true, dropout: true, dropPath: true, patchDropout: true, ema: true, mixup: true, cutmix: true, mixUntil: true }; // prettier-ignore
const augmentationFields: Record<keyof Recipe["augmentation"], true> = { crop: true, flip: true, policy: true, jitter: true, erasing: true, repeats: true }; // prettier-ignore
const detectionFields: Record<keyof Omit<DetectionRecipe, "augmentation">, true> = { epochs: true, batchSize: true, optimizer: true, rate: true, finalRate: true, schedule: true, drops: true, warmup: true, weightDecay: true, momentum: true, clipNorm: true, dropout: true, ema: true, rates: true }; // prettier-ignore
const boxFields: Record<keyof DetectionRecipe["augmentation"], true> = { crop: true, flip: true, scales: true };

/** What of a preset the command line may say otherwise. */
type Changes = Pick<TrainSettings, "set" | "epochs" | "batch" | "rate">;

/**
 * The preset's recipe with what was given on the command line. Where the batch size is another and the rate is
 * not given, it follows linearly: Goyal et al. 2017.
 *
 * @throws {TesseraError} on an unknown preset or field.
 */
export function recipeOf(preset: string, changes: Changes, images: number): Recipe {
  return changed<Recipe>(presetOf(preset).recipe, namesOf(fields, augmentationFields), changes, images);
}

/** The same for a detector. */
export function detectionRecipeOf(preset: string, changes: Changes, images: number): DetectionRecipe {
  const { recipe } = detectionPresetOf(preset);
  return changed<DetectionRecipe>(recipe, namesOf(detectionFields, boxFields), changes, images);
}

function namesOf(own: object, ofAugmentation: object): string[] {
  return [...Object.keys(own), ...Object.keys(ofAugmentation).map((name) => `augmentation.${name}`)];
}

function changed<R extends Recipe | DetectionRecipe>(
  published: R,
  names: readonly string[],
  { set = {}, epochs, batch, rate }: Changes,
  images: number,
): R {
  const recipe = structuredClone(published);
  for (const [name, value] of Object.entries(set)) {
    if (!names.includes(name)) {
      const close = nearest(name, names).join(" or ");
      throw new TesseraError(`--set: expected a field of the recipe, got "${name}"; did you mean ${close}?`);
    }
    const [field, inner] = name.split(".", 2) as [string, string?];
    const target = (inner === undefined ? recipe : recipe.augmentation) as unknown as Record<string, unknown>;
    if (value === null) delete target[inner ?? field];
    else target[inner ?? field] = value;
  }
  if (epochs !== undefined) recipe.epochs = epochs;
  const size = batch ?? (set["batchSize"] === undefined ? fitting(recipe.batchSize, images) : recipe.batchSize);
  if (set["rate"] === undefined) recipe.rate *= size / recipe.batchSize;
  recipe.batchSize = size;
  if (rate !== undefined) recipe.rate = rate;
  // A training shorter than its warm-up would never reach its rate.
  if (recipe.warmup !== undefined) recipe.warmup = Math.min(recipe.warmup, recipe.epochs / 5);
  return recipe;
}

/** The recipe's batch, halved until an epoch has a few steps: some presets are for millions of pictures. */
function fitting(batch: number, images: number): number {
  while (batch > 8 && images / batch < 4) batch /= 2;
  return batch;
}
