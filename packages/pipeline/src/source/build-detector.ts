import { FormatError, TesseraError, nearest, printable, shown } from "@tessera/core";
import type { Detector, DetectorFamily } from "@tessera/detection";
import { allDetectors } from "./detectors.ts";

type Arguments = Readonly<Record<string, unknown>>;

/**
 * A detector by a published name, or by its family's (`detr`), and its arguments, which are the fields of its config; what they leave out is
 * as published. Its parameters are declared; `init` or `load` fills them. What `saveDetector` writes is such a description.
 *
 * @param where names the asker in errors.
 * @throws {TesseraError} on a name or an argument that is not known, {FormatError} on an argument of another kind or size than a detector has.
 */
export async function buildDetector(
  architecture: string,
  args: Arguments,
  classes: number,
  where = "buildDetector",
): Promise<Detector> {
  const families = await allDetectors();
  const family = families.find(({ name, variants }) => name === architecture || Object.hasOwn(variants, architecture));
  if (!family) throw unknown(where, architecture, families);
  const variant = family.name === architecture ? Object.keys(family.variants)[0]! : architecture;
  const { params: _, source: _source, ...published } = family.variants[variant]! as unknown as Arguments;
  checkArguments(args, published, where);
  return family.create(variant, { ...args, classes } as Partial<Detector["config"]>);
}

function unknown(where: string, got: string, families: readonly DetectorFamily[]): TesseraError {
  const names = families.flatMap(({ name, variants }) => [name, ...Object.keys(variants)]);
  const message = `${where}: expected a detector or a family of them, got ${shown(got)}; did you mean ${nearest(got, names)[0]}?`;
  return new TesseraError(message, { code: "not-found" });
}

/** Far past any detector that is known, and far below what a machine takes long for: nothing is made for a layer until it is filled. */
const limits = { layers: 1000, others: 2 ** 20, items: 16, levels: 3 };

/**
 * Holds arguments, which may come from a file of anybody's, to what a config may hold: a depth of a million would take hours to declare,
 * and a text in place of numbers is read as what it is not.
 */
function checkArguments(args: Arguments, published: Arguments, where: string, level = 1): void {
  for (const [name, value] of Object.entries(args)) {
    const at = `${where}: expected ${printable(name)}`;
    const wanted = Object.hasOwn(published, name) ? published[name] : undefined;
    if (wanted !== undefined && kindOf(wanted) !== kindOf(value))
      throw new FormatError(`${at} to be ${kindOf(wanted)}, got ${shown(value)}`);
    const most = /depths?$/i.test(name) ? limits.layers : limits.others;
    const items = Array.isArray(value) ? value : [value];
    if (items.length > limits.items)
      throw new FormatError(`${at} to be at most ${limits.items} values, got ${items.length}`);
    for (const item of items) {
      if (typeof item === "number" && !(Math.abs(item) <= most))
        throw new FormatError(`${at} to be a number up to ${most}, got ${item}`);
      if (typeof item !== "object" || item === null) continue;
      if (level === limits.levels || Array.isArray(item))
        throw new FormatError(`${at} to be of ${limits.levels} levels at most, got more`);
      checkArguments(item as Arguments, wanted === undefined ? {} : (wanted as Arguments), where, level + 1);
    }
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return value === null ? "nothing" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}
