import { checkedOptions, variantConfig } from "@tessera/core";
import { resnetBackbone } from "./backbone.ts";
import { type DetrModelConfig, detrOptions } from "./config.ts";
import { Detr } from "./model.ts";
import { type DetrName, detrVariants } from "./variants.ts";

/** True for the name of a variant. */
export function isDetrName(name: string): name is DetrName {
  return Object.hasOwn(detrVariants, name);
}

/**
 * A variant, with overrides: `createDetr("detr_resnet50", { classes: 3 })`. Its parameters are declared; `init` or `load` fills
 * them.
 *
 * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
 */
export function createDetr(
  name: DetrName | (string & {}),
  overrides: Partial<DetrModelConfig> = {},
): Detr<DetrModelConfig> {
  return buildDetr({
    ...variantConfig<DetrModelConfig>("createDetr", detrVariants, name),
    ...checkedOptions("createDetr", overrides, detrOptions),
  });
}

/** A DETR with a ResNet for its backbone, which its config says too. */
export function buildDetr(config: DetrModelConfig): Detr<DetrModelConfig> {
  return new Detr(config, resnetBackbone(config.backbone));
}
