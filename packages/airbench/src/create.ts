import { checkedOptions, variantConfig } from "@tessera/core";
import { type AirbenchConfig, airbenchOptions } from "./config.ts";
import { Airbench } from "./model.ts";
import { type AirbenchName, airbenchVariants } from "./variants.ts";

/** True for the name of a variant. */
export function isAirbenchName(name: string): name is AirbenchName {
  return Object.hasOwn(airbenchVariants, name);
}

/**
 * A variant, with overrides: `createAirbench("airbench94", { classes: 100 })`. Its parameters are declared; `init` or `load` fills
 * them.
 *
 * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
 */
export function createAirbench(name: AirbenchName | (string & {}), overrides: Partial<AirbenchConfig> = {}): Airbench {
  return new Airbench({
    ...variantConfig<AirbenchConfig>("createAirbench", airbenchVariants, name),
    ...checkedOptions("createAirbench", overrides, airbenchOptions),
  });
}
