import { TesseraError, shown } from "@tessera/core";
import { isSide } from "./rgb-image.ts";
import type { Rgb } from "./statistics.ts";

/** A published configuration as JSON gives it: whatever its type says, its values are checked when read. */
export type Config = Readonly<Record<string, unknown>>;

/** The error for a field that is not as its format says. */
export function unexpected(where: string, field: string, wanted: string, got: unknown): TesseraError {
  return new TesseraError(`${where}: expected ${field} to be ${wanted}, got ${shown(got)}`);
}

/** A positive number, or the fallback where the field is absent, null or zero, as Python's `or` has it. */
export function positive(config: Config, field: string, fallback: number, where: string): number {
  const value = config[field] || fallback;
  if (typeof value !== "number" || !(value > 0) || !Number.isFinite(value)) {
    throw unexpected(where, field, "a positive number", value);
  }
  return value;
}

/** True or false, or the fallback where the field is absent or null. */
export function flag(config: Config, field: string, fallback: boolean, where: string): boolean {
  const value = config[field] ?? fallback;
  if (typeof value !== "boolean") throw unexpected(where, field, "true or false", value);
  return value;
}

/** Three numbers, or one for all channels, or the fallback where the field is absent or null. */
export function perChannel(config: Config, field: string, fallback: Rgb, where: string): Rgb {
  const value = config[field] ?? fallback;
  const values =
    Array.isArray(value) && value.length > 1 ? value : Array(3).fill(Array.isArray(value) ? value[0] : value);
  if (values.length !== 3 || !values.every(Number.isFinite)) throw unexpected(where, field, "three numbers", value);
  return [values[0], values[1], values[2]];
}

/** A whole number of pixels. */
export function pixels(value: unknown, field: string, where: string): number {
  if (typeof value !== "number" || !isSide(value)) throw unexpected(where, field, "a positive whole number", value);
  return value;
}
