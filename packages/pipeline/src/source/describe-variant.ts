import { type Family, type Pretrained, TesseraError, type TimmNames, pair } from "@tessera/core";
import { timmPreprocessing } from "@tessera/data";
import { currentName, familyWith, unknownVariant } from "./families.ts";
import type { DescribedModel } from "./model-folder.ts";

/** A published variant, without or with one of its checkpoints. */
export interface KnownVariant {
  /** The name that was asked for, with its tag if it had one. */
  name: string;
  variant: string;
  family: Family;
  /** The tag's checkpoint, or the variant's default; undefined where none is published. */
  pretrained: Pretrained | undefined;
}

/**
 * `vit_tiny_patch16_224`, or with a checkpoint's tag `vit_tiny_patch16_224.augreg_in21k`, also by a name that timm gave up;
 * undefined if no family has it.
 * @throws {TesseraError} if the variant has no such tag.
 */
export async function findVariant(name: string): Promise<KnownVariant | undefined> {
  const parts = (family: Family) => currentName(family, name).split(".", 2) as [string, string?];
  const family = await familyWith(name, (one) => Object.hasOwn(one.variants, parts(one)[0]));
  if (!family) return undefined;
  const [variant, tag] = parts(family);
  const tags = family.pretrained(variant);
  if (tag !== undefined && !Object.hasOwn(tags, tag)) {
    const known = Object.keys(tags).join(", ") || "no tag";
    throw new TesseraError(`loadModel: expected ${variant} with ${known}, got "${tag}"; leave the tag out`);
  }
  return { name, variant, family, pretrained: tag === undefined ? Object.values(tags)[0] : tags[tag] };
}

/** The same of a name that must be one. @throws {TesseraError} if there is no such variant or tag. */
export async function knownVariant(name: string): Promise<KnownVariant> {
  const found = await findVariant(name);
  if (!found) throw await unknownVariant("loadModel", name.split(".", 1)[0]!);
  return found;
}

/**
 * A variant with the classes, the GELU and the epsilon of its checkpoint, and the preprocessing and labels of the tag, or of
 * the variant's default.
 */
export async function describeVariant(
  { name, variant, family, pretrained }: KnownVariant,
  { checkpoint, activation, epsilon }: Pick<TimmNames, "checkpoint" | "activation" | "epsilon">,
  { labels, resetHead }: { labels?: readonly string[] | undefined; resetHead?: boolean | undefined },
): Promise<DescribedModel> {
  const { classes: stored, ...parts } = family.configFrom(checkpoint.tensors);
  const classes = resetHead ? labels?.length : stored;
  const model = family.create(variant, {
    ...parts,
    ...(classes !== undefined && { classes }),
    ...(activation && { activation }),
    ...(epsilon !== undefined && { epsilon }),
  });
  const [height, width] = pair(model.config.imageSize);
  const preprocessing = timmPreprocessing({
    input_size: [3, height, width],
    crop_pct: pretrained?.cropPct,
    interpolation: pretrained?.interpolation,
    mean: pretrained?.mean,
    std: pretrained?.std,
  });
  const named = pretrained?.labels === "imagenet-1k" && model.config.classes === 1000;
  return {
    name,
    model,
    labels: named ? (await import("./labels/imagenet-1k.ts")).imagenet1k : undefined,
    preprocessing,
  };
}

/** The error for a variant's name where weights were meant. */
export function missingWeights({ name, variant, family }: KnownVariant): TesseraError {
  const [known] = Object.values(family.pretrained(variant));
  const example = known ? `, or name a repository of the hub such as ${known.hub}` : "";
  return new TesseraError(
    `loadModel: expected weights for ${name}, got its name alone; pass weights, a checkpoint file${example}`,
  );
}
