import { TesseraError, nearest } from "@tessera/core";
import type { Preset } from "./recipe.ts";

/** Recipes by name. */
export const presets = {
  "small-data": {
    about: "training from scratch on tens of thousands of small pictures",
    source: "Hassani et al. 2021 (CCT), https://arxiv.org/abs/2104.05704; timm's RandAugment m9",
    recipe: {
      epochs: 100,
      batchSize: 128,
      optimizer: "adamW",
      rate: 1e-3,
      finalRate: 1e-5,
      schedule: "cosine",
      warmup: 5,
      weightDecay: 0.06,
      clipNorm: 1,
      smoothing: 0.1,
      dropPath: 0.1,
      ema: 0.999,
      mixup: 0.8,
      cutmix: 1,
      augmentation: {
        crop: { kind: "padded", padding: 4 },
        flip: "random",
        policy: "rand-m9-mstd0.5-inc1",
        erasing: { probability: 0.25, mode: "pixel" },
      },
    },
  },
  "small-cnn": {
    about: "a small convolutional network on small pictures, in a few epochs",
    source:
      "Jordan 2024 (airbench94), https://arxiv.org/abs/2404.00498: rates and decay for the mean loss of a batch of 512",
    recipe: {
      epochs: 10,
      batchSize: 512,
      optimizer: "sgd",
      rate: 0.75,
      finalRate: 0.05,
      schedule: "linear",
      warmup: 2.3,
      weightDecay: 1.3e-3,
      momentum: 0.85,
      smoothing: 0.2,
      ema: 0.95,
      augmentation: { crop: { kind: "padded", padding: 2, mode: "reflect" }, flip: "alternating" },
    },
  },
  "vit-finetune": {
    about: "fine-tuning as in the ViT paper",
    source: "Dosovitskiy et al. 2021, table 4 and appendix B.1.1; crops as in google-research/vision_transformer",
    recipe: {
      epochs: 20,
      batchSize: 512,
      optimizer: "sgd",
      rate: 0.01,
      schedule: "cosine",
      warmup: 1,
      momentum: 0.9,
      clipNorm: 1,
      augmentation: { crop: { kind: "resized", scale: [0.05, 1] }, flip: "random" },
    },
  },
  head: {
    about: "a new head on features, which costs next to nothing",
    source: "Kornblith et al. 2019, https://arxiv.org/abs/1805.08974: a linear probe, here by AdamW",
    recipe: {
      epochs: 100,
      batchSize: 64,
      optimizer: "adamW",
      rate: 0.01,
      schedule: "cosine",
      warmup: 1,
      weightDecay: 0.01,
      augmentation: {},
    },
  },
  lora: {
    about: "low-rank parts beside attention and MLP weights",
    source: "Hu et al. 2021, https://arxiv.org/abs/2106.09685, whose rates are ten times those of full fine-tuning",
    recipe: {
      epochs: 20,
      batchSize: 64,
      optimizer: "adamW",
      rate: 2e-3,
      schedule: "cosine",
      warmup: 1,
      weightDecay: 0.01,
      clipNorm: 1,
      augmentation: { crop: { kind: "resized", scale: [0.5, 1] }, flip: "random" },
    },
  },
  vit: {
    about: "training on ImageNet as in the ViT paper",
    source: "Dosovitskiy et al. 2021, table 3",
    recipe: {
      epochs: 300,
      batchSize: 4096,
      optimizer: "adam",
      rate: 3e-3,
      schedule: "cosine",
      warmup: 32,
      weightDecay: 0.3,
      clipNorm: 1,
      dropout: 0.1,
      augmentation: { crop: { kind: "resized", scale: [0.05, 1] }, flip: "random" },
    },
  },
  deit: {
    about: "training on ImageNet as DeiT",
    source: "Touvron et al. 2021, table 9, https://arxiv.org/abs/2012.12877",
    recipe: {
      epochs: 300,
      batchSize: 1024,
      optimizer: "adamW",
      rate: 1e-3,
      finalRate: 1e-5,
      schedule: "cosine",
      warmup: 5,
      weightDecay: 0.05,
      smoothing: 0.1,
      dropPath: 0.1,
      ema: 0.99996,
      mixup: 0.8,
      cutmix: 1,
      augmentation: {
        repeats: 3,
        crop: { kind: "resized", scale: [0.08, 1] },
        flip: "random",
        policy: "rand-m9-mstd0.5-inc1",
        erasing: { probability: 0.25, mode: "pixel" },
      },
    },
  },
  deit3: {
    about: "training on ImageNet as DeiT III",
    source: "Touvron et al. 2022, table 1, https://arxiv.org/abs/2204.07118",
    recipe: {
      epochs: 800,
      batchSize: 2048,
      optimizer: "lamb",
      rate: 3e-3,
      schedule: "cosine",
      warmup: 5,
      weightDecay: 0.05,
      loss: "binary-cross-entropy",
      dropPath: 0.05,
      mixup: 0.8,
      cutmix: 1,
      augmentation: {
        repeats: 3,
        crop: { kind: "resized", scale: [0.08, 1] },
        flip: "random",
        policy: "3a",
        jitter: { brightness: 0.3, contrast: 0.3, saturation: 0.3 },
      },
    },
  },
  "deit3-finetune": {
    about: "fine-tuning DeiT III for another size",
    source: "Touvron et al. 2022, facebookresearch/deit README_revenge.md",
    recipe: {
      epochs: 20,
      batchSize: 512,
      optimizer: "adamW",
      rate: 1e-5,
      schedule: "cosine",
      warmup: 5,
      weightDecay: 0.1,
      smoothing: 0.1,
      dropPath: 0.1,
      mixup: 0.8,
      cutmix: 1,
      augmentation: {
        crop: { kind: "resized", scale: [0.08, 1] },
        flip: "random",
        policy: "rand-m9-mstd0.5-inc1",
      },
    },
  },
} satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

/** @throws {TesseraError} on an unknown name, with the nearest one. */
export function presetOf(name: string): Preset {
  if (Object.hasOwn(presets, name)) return presets[name as PresetName];
  const names = Object.keys(presets);
  throw new TesseraError(
    `presetOf: expected one of ${names.join(", ")}, got "${name}"; did you mean ${nearest(name, names).join(" or ")}?`,
  );
}
