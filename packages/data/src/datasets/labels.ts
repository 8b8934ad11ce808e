import { FormatError, listed, printable } from "@tessera/core";

/** Labels as numbers, and what they mean. */
export interface Labels {
  readonly classes: readonly string[];
  /** A class per picture. */
  readonly labels: Int32Array;
}

/** Names of classes in an error. */
const mostListed = 5;

/**
 * Numbers labels as they were written: names, or whole numbers.
 *
 * @param folders Classes that are there even without a picture.
 * @throws FormatError for no pictures, labels that the classes given do not have, a class without pictures, and for
 *   fewer than two classes; the last two only where no classes are given.
 */
export function numberLabels(
  where: string,
  written: readonly string[],
  given?: readonly string[],
  folders: readonly string[] = [],
): Labels {
  if (written.length === 0) throw new FormatError(`${where}: expected pictures with labels, got none`);
  const distinct = new Set(written);
  if (given) return { classes: given, labels: among(where, written, distinct, given) };
  const empty = folders.filter((name) => !distinct.has(name));
  if (empty.length > 0) {
    throw new FormatError(
      `${where}: expected pictures of every class, got none of ${listed(empty, mostListed)}; add some, or remove the folder`,
    );
  }
  if (distinct.size < 2) {
    throw new FormatError(
      `${where}: expected two classes or more, got only ${printable(written[0]!)}; there is nothing to tell apart`,
    );
  }
  const classes = [...distinct].sort(areNumbers(distinct) ? (a, b) => Number(a) - Number(b) : byCodePoint);
  return { classes, labels: among(where, written, distinct, classes) };
}

function among(
  where: string,
  written: readonly string[],
  distinct: ReadonlySet<string>,
  classes: readonly string[],
): Int32Array {
  const places = new Map(classes.map((name, place) => [name, place]));
  const unknown = [...distinct].filter((name) => !places.has(name));
  if (unknown.length === 0) return Int32Array.from(written, (name) => places.get(name)!);
  const fit = areNumbers(distinct) && [...distinct].every((name) => Number(name) < classes.length);
  if (fit) return Int32Array.from(written, Number);
  throw new FormatError(
    `${where}: expected labels among ${listed(classes, mostListed)}, got ${listed(unknown, mostListed)}; rename them, or pass the classes that they are of`,
  );
}

function areNumbers(names: ReadonlySet<string>): boolean {
  return [...names].every((name) => /^\d{1,9}$/.test(name));
}

/** As Python's `sorted`, which torchvision numbers classes by; `localeCompare` depends on the machine. */
export function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
