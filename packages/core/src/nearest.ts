import { distance } from "fastest-levenshtein";

/** The names closest to a misspelt one, the best first, for an error that helps. */
export function nearest(name: string, names: readonly string[], count = 1): string[] {
  const far = new Map(names.map((candidate) => [candidate, distance(name.toLowerCase(), candidate.toLowerCase())]));
  return [...names].sort((a, b) => far.get(a)! - far.get(b)!).slice(0, count);
}
