import { FormatError } from "../errors.ts";
import { shown } from "../untrusted-text.ts";

/** What an argument means for a family's config; undefined for a value that timm would not write. */
export type TimmArgument<C> = (value: unknown) => Partial<C> | undefined;

/** A whole number, at least 1 unless said otherwise. */
export function whole<C>(translate: (value: number) => Partial<C>, least = 1): TimmArgument<C> {
  return (value) => (Number.isInteger(value) && (value as number) >= least ? translate(value as number) : undefined);
}

/** Python's `bool`. */
export function flag<C>(translate: (value: boolean) => Partial<C>): TimmArgument<C> {
  return (value) => (typeof value === "boolean" ? translate(value) : undefined);
}

/** A share of what is dropped. */
export function share<C>(translate: (value: number) => Partial<C>): TimmArgument<C> {
  return (value) => (typeof value === "number" && value >= 0 && value < 1 ? translate(value) : undefined);
}

/** A side in pixels, or height and width. */
export function side<C>(translate: (value: number | [number, number]) => Partial<C>): TimmArgument<C> {
  return (value) => {
    const sides = Array.isArray(value) ? value : [value];
    if (sides.length < 1 || sides.length > 2 || !sides.every((pixels) => Number.isInteger(pixels) && pixels > 0))
      return undefined;
    return translate(sides.length === 2 ? [sides[0], sides[1]] : sides[0]);
  };
}

/** One of the values that change nothing: Python's default, or none. */
export function only<C>(...values: readonly unknown[]): TimmArgument<C> {
  return (value) => (values.includes(value) ? {} : undefined);
}

/** Arguments of many models that say something of training alone, or nothing where they are none. */
export function withoutEffect<C>(): Record<string, TimmArgument<C>> {
  const rates = ["attn_drop_rate", "proj_drop_rate", "pos_drop_rate", "drop_block_rate"];
  const parts = ["norm_layer", "act_layer", "embed_layer", "block_fn", "mlp_layer", "attn_layer", "weight_init"];
  return {
    ...Object.fromEntries(rates.map((name) => [name, share<C>(() => ({}))])),
    ...Object.fromEntries(parts.map((name) => [name, only<C>(null, "")])),
    fix_init: flag(() => ({})),
    zero_init_last: flag(() => ({})),
  };
}

/**
 * `model_args` of a timm config as a family's own options.
 *
 * @param where names the file in errors.
 * @throws {FormatError} on an argument that is not known, or a value that it cannot have.
 */
export function read<C>(
  known: Readonly<Record<string, TimmArgument<C>>>,
  args: Readonly<Record<string, unknown>>,
  where: string,
): Partial<C> {
  const config: Partial<C> = {};
  for (const [name, value] of Object.entries(args)) {
    if (!Object.hasOwn(known, name)) {
      const names = Object.keys(known).join(", ");
      throw new FormatError(`${where}: expected "model_args" among ${names}, got ${shown(name)}`);
    }
    const translated = known[name]!(value);
    if (!translated) {
      throw new FormatError(`${where}: expected "${name}" as timm writes it, got ${shown(value)}`);
    }
    Object.assign(config, translated);
  }
  return config;
}

/** `mlp_ratio` that gives the whole number back when timm multiplies and rounds down. */
export function ratio(width: number, hidden: number): number {
  const exact = hidden / width;
  return Math.floor(width * exact) === hidden ? exact : (hidden + 0.5) / width;
}
