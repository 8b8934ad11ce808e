import { TesseraError } from "@tessera/core";

/** Another vector, and how alike it is. */
export interface Neighbour {
  index: number;
  /** Cosine, from −1 to 1. */
  similarity: number;
}

/**
 * The nearest others of each vector by cosine, the nearest first.
 * @param vectors [n, d]
 * @throws {TesseraError} if not all are of one length.
 */
export function nearestNeighbours(vectors: readonly ArrayLike<number>[], count: number): Neighbour[][] {
  const d = vectors[0]?.length ?? 0;
  if (vectors.some(({ length }) => length !== d))
    throw new TesseraError(`nearestNeighbours: expected vectors of one length, got others than ${d}`);
  const units = vectors.map(ofLengthOne);
  return units.map((own, i) => {
    const all = units.flatMap((other, index) => (index === i ? [] : [{ index, similarity: dot(own, other) }]));
    return all.sort((a, b) => b.similarity - a.similarity || a.index - b.index).slice(0, count);
  });
}

/**
 * Groups of vectors that are the same or nearly so, each joined to some other of its group: the larger groups first.
 * @param neighbours As `nearestNeighbours` gives them.
 * @param similarity From which two are taken for the same.
 */
export function duplicateGroups(neighbours: readonly (readonly Neighbour[])[], similarity: number): number[][] {
  const group = Array.from(neighbours.keys());
  const first = (i: number): number => (group[i] === i ? i : (group[i] = first(group[i]!)));
  for (const [i, own] of neighbours.entries())
    for (const other of own) if (other.similarity >= similarity) group[first(other.index)] = first(i);
  const groups = new Map<number, number[]>();
  for (const i of group.keys()) groups.set(first(i), [...(groups.get(first(i)) ?? []), i]);
  return [...groups.values()].filter((one) => one.length > 1).sort((a, b) => b.length - a.length || a[0]! - b[0]!);
}

function ofLengthOne(vector: ArrayLike<number>): Float64Array {
  const length = Math.hypot(...Array.from(vector)) || 1;
  return Float64Array.from(vector, (value) => value / length);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
