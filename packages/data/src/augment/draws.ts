import type { Random } from "@tessera/core";

/** A whole number from `low` to `high`, both included. */
export function randomInteger(random: Pick<Random, "uniform">, low: number, high: number): number {
  return low + Math.floor(random.uniform() * (high - low + 1));
}

/** Uniform between two numbers. */
export function randomBetween(random: Pick<Random, "uniform">, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}
