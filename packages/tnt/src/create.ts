import { checkedOptions, variantConfig } from "@tessera/core";
import { type TntConfig, tntOptions } from "./config.ts";
import { Tnt } from "./model.ts";
import { type TntName, tntVariants } from "./variants.ts";

/** True for the name of a published variant. */
export function isTntName(name: string): name is TntName {
  return Object.hasOwn(tntVariants, name);
}

/**
 * A published variant, with overrides: `createTnt("tnt_s_patch16_224", { classes: 5 })`. Its parameters are declared; `init`
 * or `load` fills them.
 *
 * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
 */
export function createTnt(name: TntName | (string & {}), overrides: Partial<TntConfig> = {}): Tnt {
  return new Tnt({
    ...variantConfig<TntConfig>("createTnt", tntVariants, name),
    ...checkedOptions("createTnt", overrides, tntOptions),
  });
}
