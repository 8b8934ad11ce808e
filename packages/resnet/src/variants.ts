import type { Variant } from "@tessera/core";
import type { ResNetConfig } from "./config.ts";

/** A published size, with the number of its weights; a test holds us to it. */
export type ResNetVariant = ResNetConfig & Variant;

// He et al. 2016, table 1.
const imagenet = { imageSize: 224, classes: 1000, source: "https://arxiv.org/abs/1512.03385" };
/** The shape that the field trains on CIFAR: the first stage sees all 32 × 32 pixels. */
const cifar = {
  imageSize: 32,
  classes: 10,
  stem: "small",
  source: "https://github.com/kuangliu/pytorch-cifar",
} as const;

/** Named as in timm, so a checkpoint's name finds its config; those for 32 pixels have no name there. */
export const resnetVariants = {
  resnet18: { ...imagenet, block: "basic", depths: [2, 2, 2, 2], params: 11_689_512 },
  resnet34: { ...imagenet, block: "basic", depths: [3, 4, 6, 3], params: 21_797_672 },
  resnet50: { ...imagenet, block: "bottleneck", depths: [3, 4, 6, 3], params: 25_557_032 },
  resnet101: { ...imagenet, block: "bottleneck", depths: [3, 4, 23, 3], params: 44_549_160 },
  resnet18_32: { ...cifar, block: "basic", depths: [2, 2, 2, 2], params: 11_173_962 },
} satisfies Record<string, ResNetVariant>;

/** Name of a variant. */
export type ResNetName = keyof typeof resnetVariants;

/** Names of all variants. */
export const resnetNames = Object.keys(resnetVariants) as ResNetName[];
