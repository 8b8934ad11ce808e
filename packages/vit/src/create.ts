import { checkedOptions, variantConfig } from "@tessera/core";
import { type VitConfig, vitOptions } from "./config.ts";
import { Vit } from "./model.ts";
import { type VitName, vitVariants } from "./variants.ts";

/** True for the name of a published variant. */
export function isVitName(name: string): name is VitName {
  return Object.hasOwn(vitVariants, name);
}

/**
 * A published variant, with overrides: `createVit("vit_small_patch16_224", { classes: 5 })`. Its parameters are declared;
 * `init` or `load` fills them.
 *
 * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
 */
export function createVit(name: VitName | (string & {}), overrides: Partial<VitConfig> = {}): Vit {
  return new Vit({
    ...variantConfig<VitConfig>("createVit", vitVariants, name),
    ...checkedOptions("createVit", overrides, vitOptions),
  });
}
