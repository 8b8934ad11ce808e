import { checkedOptions, variantConfig } from "@tessera/core";
import { type HybridConfig, hybridOptions } from "./config.ts";
import { Hybrid } from "./model.ts";
import { type HybridName, hybridVariants } from "./variants.ts";

/** True for the name of a published variant. */
export function isHybridName(name: string): name is HybridName {
  return Object.hasOwn(hybridVariants, name);
}

/**
 * A published variant, with overrides: `createHybrid("vit_small_r26_s32_224", { classes: 5 })`. Its parameters are declared;
 * `init` or `load` fills them.
 *
 * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
 */
export function createHybrid(name: HybridName | (string & {}), overrides: Partial<HybridConfig> = {}): Hybrid {
  return new Hybrid({
    ...variantConfig<HybridConfig>("createHybrid", hybridVariants, name),
    ...checkedOptions("createHybrid", overrides, hybridOptions),
  });
}
