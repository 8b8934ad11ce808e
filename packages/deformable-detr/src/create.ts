import { checkedOptions, variantConfig } from "@tessera/core";
import { resnetBackbone } from "./backbone.ts";
import { type DeformableDetrModelConfig, deformableDetrOptions } from "./config.ts";
import { DeformableDetr } from "./model.ts";
import { type DeformableDetrName, deformableDetrVariants } from "./variants.ts";

/** True for the name of a variant. */
export function isDeformableDetrName(name: string): name is DeformableDetrName {
  return Object.hasOwn(deformableDetrVariants, name);
}

/**
 * A variant, with overrides: `createDeformableDetr("deformable_detr", { classes: 3 })`. Its parameters are declared; `init` or `load`
 * fills them.
 *
 * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
 */
export function createDeformableDetr(
  name: DeformableDetrName | (string & {}),
  overrides: Partial<DeformableDetrModelConfig> = {},
): DeformableDetr<DeformableDetrModelConfig> {
  return buildDeformableDetr({
    ...variantConfig<DeformableDetrModelConfig>("createDeformableDetr", deformableDetrVariants, name),
    ...checkedOptions("createDeformableDetr", overrides, deformableDetrOptions),
  });
}

/** A Deformable DETR with a ResNet for its backbone, which its config says too. */
export function buildDeformableDetr(config: DeformableDetrModelConfig): DeformableDetr<DeformableDetrModelConfig> {
  return new DeformableDetr(config, resnetBackbone(config.backbone, config.levels));
}
