import { distance } from "fastest-levenshtein";

/** The names closest to a misspelt one, the best first, for an error that helps. Plain JavaScript may give what is no text. */
export function nearest(name: unknown, names: readonly string[], count = 1): string[] {
  const text = String(name).toLowerCase();
  const far = new Map(names.map((candidate) => [candidate, distance(text, candidate.toLowerCase())]));
  return [...names].sort((a, b) => far.get(a)! - far.get(b)!).slice(0, count);
}
