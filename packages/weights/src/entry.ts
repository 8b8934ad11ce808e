import { FormatError, type StoredTensor, listed, printable } from "@tessera/core";

/** What stands before names' first dot, for messages; each once. */
function beginnings(names: Iterable<string>): string {
  return listed(new Set(Array.from(names, (name) => name.split(".", 1)[0]!)));
}

/**
 * Of tensors that several models share a file with, those of one: under names that begin so.
 *
 * @throws FormatError when there are none
 */
export function underEntry(
  tensors: ReadonlyMap<string, StoredTensor>,
  entry: string,
  where: string,
): Map<string, StoredTensor> {
  const prefix = `${entry}.`;
  const found = new Map([...tensors].filter(([name]) => name.startsWith(prefix)));
  if (found.size > 0) return found;
  throw new FormatError(
    `${where}: expected weights under ${printable(entry)}, got ${beginnings(tensors.keys()) || "nothing"}; choose one of them`,
  );
}
