import { checkedOptions, variantConfig } from "@tessera/core";
import { type YolosConfig, yolosOptions } from "./config.ts";
import { Yolos } from "./model.ts";
import { type YolosName, yolosVariants } from "./variants.ts";

/** True for the name of a variant. */
export function isYolosName(name: string): name is YolosName {
  return Object.hasOwn(yolosVariants, name);
}

/**
 * A variant, with overrides: `createYolos("yolos_ti", { classes: 3 })`. Its parameters are declared; `init` or `load` fills them.
 *
 * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
 */
export function createYolos(name: YolosName | (string & {}), overrides: Partial<YolosConfig> = {}): Yolos {
  return new Yolos({
    ...variantConfig<YolosConfig>("createYolos", yolosVariants, name),
    ...checkedOptions("createYolos", overrides, yolosOptions),
  });
}
