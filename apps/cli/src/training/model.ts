import { type Backbone, TesseraError, pair } from "@tessera/core";
import { type Dataset, type Preprocessing, timmPreprocessing } from "@tessera/data";
import { buildModel } from "@tessera/pipeline";
import type { Recipe } from "@tessera/train";

/** A model as timm's `config.json` describes one: a variant or family, and its arguments. */
export interface ModelSpec {
  architecture: string;
  args: Readonly<Record<string, unknown>>;
}

/** Pictures up to this side are trained on as they are; larger ones as ImageNet's. */
const SMALL = 96;

/** The side that pictures of these sizes are brought to: their own where all are alike, square and small, else 224. */
export async function imageSizeOf(dataset: Dataset): Promise<number> {
  const looked = Math.min(dataset.length, 16);
  const sides = new Set<number>();
  for (let i = 0; i < looked; i++) {
    const picture = await dataset.read(Math.floor((i * dataset.length) / looked)).catch(() => undefined);
    if (picture) sides.add(picture.width).add(picture.height);
  }
  const [side = 224] = sides;
  return sides.size === 1 && side <= SMALL ? side : 224;
}

/** What is trained where no model is named: for small pictures a ViT that starts with convolutions, whose grid is about 8 by 8. */
export function defaultModel(imageSize: number): ModelSpec {
  if (imageSize > SMALL) return { architecture: "vit_tiny_patch16_224", args: {} };
  const architecture = "vit_pooled_stem_32";
  if (imageSize <= 48) return { architecture, args: {} };
  return { architecture, args: { stem: { kind: "pooled", hidden: [64, 128] }, patch_size: 8 } };
}

/** The model with what the data and the recipe make of it. Its parameters are declared, not filled. */
export async function modelOf(
  { architecture, args }: ModelSpec,
  own: { classes: number; imageSize: number; recipe: Recipe },
): Promise<Backbone> {
  const { classes, imageSize, recipe } = own;
  const { dropout, dropPath, patchDropout } = recipe;
  const sized = { img_size: imageSize, ...args };
  const regular = {
    ...(dropout && { drop_rate: dropout }),
    ...(dropPath && { drop_path_rate: dropPath }),
    ...(patchDropout && { patch_drop_rate: patchDropout }),
  };
  const model = await buildModel(architecture, { ...sized, ...regular }, classes);
  const [height, width] = pair(model.config.imageSize);
  if (height !== width)
    throw new TesseraError(
      `--arg img_size: expected one side, got ${height} by ${width}; training takes square pictures`,
    );
  return model;
}

/** Pictures as the model of a training from scratch sees them: the whole picture, brought to −1…1. */
export function preprocessingOf(imageSize: number): Preprocessing {
  const half = [0.5, 0.5, 0.5];
  return timmPreprocessing({ input_size: [3, imageSize, imageSize], crop_pct: 1, mean: half, std: half });
}
