import type { Activation } from "@tessera/core";
import { activations } from "../numbers.ts";

const numbers: Readonly<Record<Activation, number>> = activations;

/** The addon's number of an activation. */
export function activationNumber(activation: Activation): number {
  if (Object.hasOwn(numbers, activation)) return numbers[activation];
  throw new TypeError(`native: expected an activation of ${Object.keys(numbers).join(", ")}, got ${activation}`);
}
