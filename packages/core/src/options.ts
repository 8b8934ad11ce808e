import { TesseraError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import { shown } from "./untrusted-text.ts";

/** Every option by its name; the compiler holds such a list to the interface, and it to the list. */
export type OptionNames<O extends object> = { readonly [Name in keyof O]-?: true };

/**
 * The options, which plain JavaScript may have misspelt: a name that nobody reads would do nothing without a word.
 *
 * @param where names the caller in the error.
 * @throws {TesseraError} for a name that is no option, with the nearest one, and for what is no object.
 */
export function checkedOptions<O extends object>(where: string, options: O, names: OptionNames<O>): O {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new TesseraError(`${where}: expected options as an object, got ${shown(options)}`);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const [close] = nearest(name, Object.keys(names));
    throw new TesseraError(`${where}: expected a known option, got ${shown(name)}; did you mean ${close}?`);
  }
  return options;
}
