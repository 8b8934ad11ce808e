import { TesseraError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { shown } from "../untrusted-text.ts";

/** What a table of published sizes says of each, besides its config. */
export interface Variant {
  /** Number of weights, with the head that it is published with. */
  params: number;
  /** Paper or code that it comes from. */
  source: string;
}

/**
 * The config of a published variant.
 *
 * @param where names the caller in the error.
 * @throws {TesseraError} on an unknown name, with the nearest one.
 */
export function variantConfig<C extends object>(
  where: string,
  variants: Readonly<Record<string, C & Variant>>,
  name: string,
): C {
  if (!Object.hasOwn(variants, name)) {
    const [close] = nearest(name, Object.keys(variants));
    throw new TesseraError(`${where}: expected a variant, got ${shown(name)}; did you mean ${close}?`, {
      code: "not-found",
    });
  }
  const { params: _params, source: _source, ...config } = variants[name]!;
  return config as unknown as C;
}
