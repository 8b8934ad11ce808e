import type { Batches } from "@tessera/data";

/** How many are named. */
const SHOWN = 10;

/** Lines about pictures that could not be read and were left out. */
export function skippedNotes(parts: readonly (Pick<Batches, "skipped"> | undefined)[]): string[] {
  const skipped = parts.flatMap((part) => part?.skipped ?? []);
  if (skipped.length === 0) return [];
  const named = skipped.slice(0, SHOWN).map(({ name, reason }) => `  ${name}: ${reason}`);
  const more = skipped.length > SHOWN ? [`  … ${skipped.length - SHOWN} more`] : [];
  return [`warning: ${skipped.length} pictures could not be read and were left out`, ...named, ...more];
}
