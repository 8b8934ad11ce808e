import { TesseraError, nearest, pair } from "@tessera/core";
import { timmPreprocessing } from "@tessera/data";
import type { TimmNames } from "@tessera/weights";
import { createBackbone, familyOf, variantNames } from "./families.ts";
import type { DescribedModel } from "./model-folder.ts";

/** `vit_tiny_patch16_224`, or with a checkpoint's tag `vit_tiny_patch16_224.augreg_in21k`. */
export function isVariant(name: string): boolean {
  return familyOf(name.split(".", 1)[0]!) !== undefined;
}

/**
 * A variant with the classes, the GELU and the epsilon of its checkpoint, and the preprocessing and labels of the tag, or of
 * the variant's default.
 * @throws {TesseraError} if there is no such variant or tag.
 */
export async function describeVariant(
  name: string,
  { checkpoint, activation, epsilon }: Pick<TimmNames, "checkpoint" | "activation" | "epsilon">,
  { labels, resetHead }: { labels?: readonly string[] | undefined; resetHead?: boolean | undefined },
): Promise<DescribedModel> {
  const [arch, tag] = name.split(".", 2) as [string, string?];
  const family = familyOf(arch);
  if (!family) {
    const close = nearest(arch, variantNames, 2).join(" or ");
    throw new TesseraError(`loadModel: expected a variant, got "${arch}"; did you mean ${close}?`);
  }
  const tags = family.pretrained(arch);
  if (tag !== undefined && !Object.hasOwn(tags, tag)) {
    const known = Object.keys(tags).join(", ") || "no tag";
    throw new TesseraError(`loadModel: expected ${arch} with ${known}, got "${tag}"; leave the tag out`);
  }
  const known = tag === undefined ? Object.values(tags)[0] : tags[tag];
  const classes = resetHead ? labels?.length : (checkpoint.tensors.get("head.weight")?.shape[0] ?? 0);
  const model = createBackbone(arch, {
    ...(classes !== undefined && { classes }),
    ...(activation && { activation }),
    ...(epsilon !== undefined && { epsilon }),
    ...(checkpoint.tensors.has("pre_logits.fc.weight") && { preLogits: true }),
  });
  const [height, width] = pair(model.config.imageSize);
  const preprocessing = timmPreprocessing({
    input_size: [3, height, width],
    crop_pct: known?.cropPct,
    interpolation: known?.interpolation,
    mean: known?.mean,
    std: known?.std,
  });
  const named = known?.labels === "imagenet-1k" && model.config.classes === 1000;
  return {
    name,
    model,
    labels: named ? (await import("./labels/imagenet-1k.ts")).imagenet1k : undefined,
    preprocessing,
  };
}

/** A variant's name where weights were meant. */
export function missingWeights(variant: string): TesseraError {
  const [arch] = variant.split(".", 1) as [string];
  const [known] = Object.values(familyOf(arch)!.pretrained(arch));
  const example = known ? `, or name a repository of the hub such as ${known.hub}` : "";
  return new TesseraError(
    `loadModel: expected weights for ${variant}, got its name alone; pass weights, a checkpoint file${example}`,
  );
}
