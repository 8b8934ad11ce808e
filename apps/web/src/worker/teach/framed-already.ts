import type { Preprocessing } from "@tessera/data";

/** The rest of a preprocessing, for pictures that were cut to what the model sees. */
export function framedAlready(preprocessing: Preprocessing): Preprocessing {
  return { ...preprocessing, resize: { rule: "none" } };
}
