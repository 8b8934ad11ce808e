import { checkedOptions, variantConfig } from "@tessera/core";
import { type SwinConfig, swinOptions } from "./config.ts";
import { Swin } from "./model.ts";
import { type SwinName, swinVariants } from "./variants.ts";

/** True for the name of a variant. */
export function isSwinName(name: string): name is SwinName {
  return Object.hasOwn(swinVariants, name);
}

/**
 * A variant, with overrides: `createSwin("swin_tiny_patch4_window7_224", { classes: 5 })`. Its parameters are declared; `init` or
 * `load` fills them.
 *
 * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
 */
export function createSwin(name: SwinName | (string & {}), overrides: Partial<SwinConfig> = {}): Swin {
  return new Swin({
    ...variantConfig<SwinConfig>("createSwin", swinVariants, name),
    ...checkedOptions("createSwin", overrides, swinOptions),
  });
}
