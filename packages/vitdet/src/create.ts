import { checkedOptions, variantConfig } from "@tessera/core";
import { type VitDetConfig, vitDetOptions } from "./config.ts";
import { VitDet } from "./model.ts";
import { type VitDetName, vitDetVariants } from "./variants.ts";

/** True for the name of a variant. */
export function isVitDetName(name: string): name is VitDetName {
  return Object.hasOwn(vitDetVariants, name);
}

/**
 * A variant, with overrides: `createVitDet("mask_rcnn_vitdet_b", { classes: 3 })`. Its parameters are declared; `init` or `load` fills them.
 *
 * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
 */
export function createVitDet(name: VitDetName | (string & {}), overrides: Partial<VitDetConfig> = {}): VitDet {
  return new VitDet({
    ...variantConfig<VitDetConfig>("createVitDet", vitDetVariants, name),
    ...checkedOptions("createVitDet", overrides, vitDetOptions),
  });
}
