import { type Activation, type Context, type Module, TesseraError, nearest } from "@tessera/core";
import { type PretrainedTnt, createTnt, isTntName, pretrainedTnts, tntNames, tntVariants } from "@tessera/tnt";
import { type PretrainedVit, createVit, isVitName, pretrainedVits, vitNames, vitVariants } from "@tessera/vit";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";

/** What every classification backbone can do. */
export interface Backbone extends Module {
  readonly config: {
    classes: number;
    imageSize: number | readonly [number, number];
    patchSize: number | readonly [number, number];
  };
  /** [b, h, w, 3] -> [b, classes] */
  forward(images: Tensor4D, ctx?: Context): Tensor2D;
  /** [b, h, w, 3] -> [b, d] */
  embed(images: Tensor4D, ctx?: Context): Tensor2D;
}

/** What differs from the published variant. */
export interface BackboneOverrides {
  classes?: number;
  imageSize?: number | readonly [number, number];
  activation?: Activation;
  epsilon?: number;
  /** ViT only: dense and tanh before the head. */
  preLogits?: boolean;
}

/** A model family, as the pipeline sees it: names, how to make one, and which checkpoints there are. */
interface Family {
  readonly name: string;
  readonly variants: readonly string[];
  readonly source: (variant: string) => string;
  readonly has: (variant: string) => boolean;
  readonly create: (variant: string, overrides?: BackboneOverrides) => Backbone;
  readonly pretrained: (variant: string) => Record<string, PretrainedVit | PretrainedTnt>;
}

const vit: Family = {
  name: "vit",
  variants: vitNames,
  source: (variant) => (isVitName(variant) ? vitVariants[variant].source : ""),
  has: isVitName,
  create: createVit,
  pretrained: (variant) => (isVitName(variant) ? pretrainedVits(variant) : {}),
};

const tnt: Family = {
  name: "tnt",
  variants: tntNames,
  source: (variant) => (isTntName(variant) ? tntVariants[variant].source : ""),
  has: isTntName,
  create: createTnt,
  pretrained: (variant) => (isTntName(variant) ? pretrainedTnts(variant) : {}),
};

/** All families; a new one joins here. */
export const families: readonly Family[] = [vit, tnt];

/** Names of every variant of every family. */
export const variantNames: readonly string[] = families.flatMap(({ variants }) => variants);

/** The family of a variant, or undefined. */
export function familyOf(variant: string): Family | undefined {
  return families.find(({ has }) => has(variant));
}

/**
 * Any published variant by name, its parameters declared but not filled.
 * @throws {TesseraError} on an unknown name, with the nearest ones.
 */
export function createBackbone(variant: string, overrides: BackboneOverrides = {}): Backbone {
  const family = familyOf(variant);
  if (!family) {
    throw new TesseraError(
      `createBackbone: expected a variant, got "${variant}"; did you mean ${nearest(variant, variantNames, 2).join(" or ")}?`,
    );
  }
  return family.create(variant, overrides);
}
