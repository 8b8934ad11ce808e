import type { Stages } from "../config.ts";

/** A whole number of at least 1 for each stage, as config files list them; undefined for anything else. */
export function wholes(value: unknown): Stages<number> | undefined {
  return positives(value)?.every(Number.isInteger) ? positives(value) : undefined;
}

/** A number above 0 for each stage; undefined for anything else. */
export function positives(value: unknown): Stages<number> | undefined {
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  if (!value.every((one) => typeof one === "number" && Number.isFinite(one) && one > 0)) return undefined;
  return [value[0], value[1], value[2], value[3]];
}
