import { type Checkpoint, type TimmNames, listed } from "@tessera/core";

/** The most names that a warning lists. */
const SHOWN = 4;

/** What to tell of weights that were chosen among others, and of tensors that were left out beside them. */
export function takenFrom(checkpoint: Checkpoint, { others, beside }: Pick<TimmNames, "others" | "beside">): string[] {
  const warnings: string[] = [];
  const { entry = "", others: dicts = [] } = checkpoint as Partial<{ entry: string; others: readonly string[] }>;
  const left = [...dicts, ...others];
  if (left.length > 0) {
    const taken = dicts.length > 0 && entry ? `, and ${entry} was taken` : "";
    warnings.push(`the file holds other weights too${taken}; entry takes another: ${listed(left, SHOWN)}`);
  }
  const rest = beside.filter((name) => !others.some((other) => name.startsWith(`${other}.`)));
  if (rest.length > 0)
    warnings.push(`${listed(rest, SHOWN)} beside the model ${rest.length > 1 ? "were" : "was"} left out`);
  return warnings;
}
