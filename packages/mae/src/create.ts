import { checkedOptions, variantConfig } from "@tessera/core";
import { type MaeConfig, maeOptions } from "./config.ts";
import { Mae } from "./model.ts";
import { type MaeName, maeVariants } from "./variants.ts";

/** True for the name of a variant. */
export function isMaeName(name: string): name is MaeName {
  return Object.hasOwn(maeVariants, name);
}

/**
 * A variant, with overrides: `createMae("mae_vit_base_patch16", { depth: 4 })`. Its parameters are declared; `init` or `load` fills
 * them.
 *
 * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
 */
export function createMae(name: MaeName | (string & {}), overrides: Partial<MaeConfig> = {}): Mae {
  return new Mae({
    ...variantConfig<MaeConfig>("createMae", maeVariants, name),
    ...checkedOptions("createMae", overrides, maeOptions),
  });
}
