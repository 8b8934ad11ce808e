import { TesseraError, nearest } from "@tessera/core";
import type { DetectionRecipe, Preset } from "./recipe.ts";

/** DETR's scales and crop, which Deformable DETR and Sparse R-CNN have too. */
const augmentation = {
  flip: "random",
  scales: [480, 512, 544, 576, 608, 640, 672, 704, 736, 768, 800],
  crop: { scales: [400, 500, 600], least: 384, most: 600 },
} as const;

/** Recipes for detectors, by name. */
export const detectionPresets = {
  detr: {
    about: "DETR on COCO, from a backbone that has learnt ImageNet",
    source: "Carion et al. 2020, section 4 and appendix A.4, https://arxiv.org/abs/2005.12872",
    recipe: {
      epochs: 300,
      batchSize: 64,
      optimizer: "adamW",
      rate: 1e-4,
      schedule: "stepped",
      drops: [200],
      weightDecay: 1e-4,
      clipNorm: 0.1,
      dropout: 0.1,
      rates: { backbone: 0.1 },
      augmentation,
    },
  },
  "deformable-detr": {
    about: "Deformable DETR on COCO, in a sixth of the epochs",
    source: "Zhu et al. 2021, section 5 and appendix A.4, https://arxiv.org/abs/2010.04159",
    recipe: {
      epochs: 50,
      batchSize: 32,
      optimizer: "adamW",
      rate: 2e-4,
      schedule: "stepped",
      drops: [40],
      weightDecay: 1e-4,
      clipNorm: 0.1,
      dropout: 0.1,
      rates: { backbone: 0.1, sampling_offsets: 0.1, reference_points: 0.1 },
      augmentation,
    },
  },
  "small-detection": {
    about: "a small detector from scratch, on thousands of small pictures",
    source: "DETR's recipe with the backbone at the full rate: Carion et al. 2020; averages as in timm's ModelEmaV3",
    recipe: {
      epochs: 100,
      batchSize: 32,
      optimizer: "adamW",
      rate: 5e-4,
      finalRate: 5e-6,
      schedule: "cosine",
      warmup: 2,
      weightDecay: 1e-4,
      clipNorm: 0.1,
      ema: 0.999,
      augmentation: { flip: "random" },
    },
  },
} satisfies Record<string, Preset<DetectionRecipe>>;

/** @throws {TesseraError} on an unknown name, with the nearest one. */
export function detectionPresetOf(name: string): Preset<DetectionRecipe> {
  if (Object.hasOwn(detectionPresets, name)) return detectionPresets[name as keyof typeof detectionPresets];
  const names = Object.keys(detectionPresets);
  throw new TesseraError(
    `detectionPresetOf: expected one of ${names.join(", ")}, got "${name}"; did you mean ${nearest(name, names).join(" or ")}?`,
  );
}
