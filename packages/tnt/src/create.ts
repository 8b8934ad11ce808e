import { TesseraError, nearest } from "@tessera/core";
import type { TntConfig } from "./config.ts";
import { Tnt } from "./model.ts";
import { type TntName, type TntVariant, tntNames, tntVariants } from "./variants.ts";

/** True for the name of a published variant. */
export function isTntName(name: string): name is TntName {
  return Object.hasOwn(tntVariants, name);
}

/**
 * A published variant, with overrides: `createTnt("tnt_s_patch16_224", { classes: 5 })`. Its parameters are declared; `init`
 * or `load` fills them.
 *
 * @throws {TesseraError} on an unknown name, with the nearest one.
 */
export function createTnt(name: TntName | (string & {}), overrides: Partial<TntConfig> = {}): Tnt {
  if (!isTntName(name)) {
    throw new TesseraError(
      `createTnt: expected a variant, got "${name}"; did you mean ${nearest(name, tntNames).join(" or ")}?`,
    );
  }
  return new Tnt({ ...configOf(tntVariants[name]), ...overrides });
}

function configOf({ params: _params, source: _source, ...config }: TntVariant): TntConfig {
  return config;
}
