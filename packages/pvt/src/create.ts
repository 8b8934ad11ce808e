import { checkedOptions, variantConfig } from "@tessera/core";
import { type PvtConfig, pvtOptions } from "./config.ts";
import { Pvt } from "./model.ts";
import { type PvtName, pvtVariants } from "./variants.ts";

/** True for the name of a variant. */
export function isPvtName(name: string): name is PvtName {
  return Object.hasOwn(pvtVariants, name);
}

/**
 * A variant, with overrides: `createPvt("pvt_v2_b0", { classes: 5 })`. Its parameters are declared; `init` or `load` fills
 * them.
 *
 * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
 */
export function createPvt(name: PvtName | (string & {}), overrides: Partial<PvtConfig> = {}): Pvt {
  return new Pvt({
    ...variantConfig<PvtConfig>("createPvt", pvtVariants, name),
    ...checkedOptions("createPvt", overrides, pvtOptions),
  });
}
