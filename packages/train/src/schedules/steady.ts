import { type Schedule, type WarmUpOptions, warmed } from "./schedule.ts";

/** The same rate at every step, after a warm-up if there is one. */
export function constantRate(options: WarmUpOptions & { rate: number }): Schedule {
  return warmed(options.rate, options, () => options.rate);
}

export interface LinearOptions extends WarmUpOptions {
  /** The highest, which the fall begins at. */
  rate: number;
  /** Steps in all, of the warm-up too. */
  steps: number;
  /** The lowest, which stays from `steps` on. @default 0 */
  minRate?: number;
}

/** Falls evenly after the warm-up. */
export function linearRate(options: LinearOptions): Schedule {
  const { rate, steps, minRate = 0, warmupSteps = 0 } = options;
  return warmed(rate, options, (step) => {
    const left = Math.max(0, (steps - step) / (steps - warmupSteps));
    return minRate + (rate - minRate) * left;
  });
}

export interface SteppedOptions extends WarmUpOptions {
  /** The one that it begins with, after the warm-up. */
  rate: number;
  /** Where the rate falls: at every so many steps, or at these. */
  at: number | readonly number[];
  /** What it is multiplied by there. @default 0.1 */
  factor?: number;
}

/** Falls at once, now and then: torch's StepLR and MultiStepLR. */
export function stepped(options: SteppedOptions): Schedule {
  const { rate, at, factor = 0.1 } = options;
  const falls = (step: number) =>
    typeof at === "number" ? Math.floor(step / at) : at.filter((place) => place <= step).length;
  return warmed(rate, options, (step) => rate * factor ** falls(step));
}
