import { TesseraError, nearest, printable } from "@tessera/core";

/**
 * The class that is explained: a number, or a name.
 * @throws {TesseraError} if the model has no classes, or not this one; the nearest is named.
 */
export function targetOf(wanted: string | undefined, scores: ArrayLike<number>, labels: readonly string[]): number {
  if (labels.length === 0)
    throw new TesseraError("explain: expected a model that names classes, got one without a head; use one with a head");
  if (wanted === undefined)
    return Array.from(scores).reduce((best, score, i, all) => (score > all[best]! ? i : best), 0);
  if (/^-?\d+$/.test(wanted)) {
    if (Number(wanted) >= 0 && Number(wanted) < labels.length) return Number(wanted);
    throw new TesseraError(`--target: expected a class from 0 to ${labels.length - 1}, got ${wanted}`);
  }
  const found = labels.findIndex((label) => label.toLowerCase() === wanted.toLowerCase());
  if (found >= 0) return found;
  const [best = ""] = nearest(wanted, labels);
  throw new TesseraError(
    `--target: expected the name or number of a class, got ${printable(wanted)}; did you mean ${printable(best)}?`,
  );
}
