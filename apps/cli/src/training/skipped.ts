import { printable } from "@tessera/core";
import type { Batches, Skipped } from "@tessera/data";

/** How many are named. */
const SHOWN = 10;

/** Pictures that could not be read and were left out. */
export function skippedIn(parts: readonly (Pick<Batches, "skipped"> | undefined)[]): Skipped[] {
  return parts.flatMap((part) => part?.skipped ?? []);
}

/** Lines about them. */
export function skippedNotes(skipped: readonly Skipped[]): string[] {
  if (skipped.length === 0) return [];
  const named = skipped.slice(0, SHOWN).map(({ name, reason }) => `  ${printable(name)}: ${printable(reason, 1000)}`);
  const more = skipped.length > SHOWN ? [`  … ${skipped.length - SHOWN} more`] : [];
  return [`warning: ${skipped.length} pictures could not be read and were left out`, ...named, ...more];
}
