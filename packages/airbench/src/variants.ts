import type { Variant } from "@tessera/core";
import type { AirbenchConfig } from "./config.ts";

/** A size, with the number of its weights; a test holds us to it. */
export type AirbenchVariant = AirbenchConfig & Variant;

const cifar = { imageSize: 32, classes: 10, source: "https://arxiv.org/abs/2404.00498" };

/** Jordan's networks by the accuracy that they are made for, and one of a few minutes on two cores. */
export const airbenchVariants = {
  airbench_small: { ...cifar, widths: [64, 128, 256], params: 1_160_984 },
  airbench94: { ...cifar, widths: [64, 256, 256], params: 1_972_504 },
  airbench96: { ...cifar, widths: [128, 512, 512], depth: 3, params: 12_720_920 },
} satisfies Record<string, AirbenchVariant>;

/** Name of a variant. */
export type AirbenchName = keyof typeof airbenchVariants;

/** Names of all variants. */
export const airbenchNames = Object.keys(airbenchVariants) as AirbenchName[];
