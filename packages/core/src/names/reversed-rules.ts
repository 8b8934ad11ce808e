import type { Rule } from "./dialect.ts";
import { rowsOf } from "./layout.ts";

/**
 * The lines of a name table the other way round, for saving: what came together of several parts goes apart in equal rows.
 * For lines whose layout is the default.
 *
 * @param prefix put before all names of the result
 */
export function reversedRules(rules: readonly Rule[], prefix = ""): Rule[] {
  return rules.flatMap(([from, to]): Rule[] =>
    typeof from === "string"
      ? [[to, prefix + from]]
      : from.map((part, which) => [to, prefix + part, rowsOf(which, from.length)]),
  );
}
