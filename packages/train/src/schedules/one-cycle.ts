import type { Schedule } from "./schedule.ts";

export interface OneCycleOptions {
  /** The highest. */
  rate: number;
  /** Steps in all. */
  steps: number;
  /** Share of the steps in which the rate rises. @default 0.3 */
  rise?: number;
  /** The first rate is this part of the highest. @default 25 */
  startDivisor?: number;
  /** The last rate is this part of the first. @default 1e4 */
  endDivisor?: number;
  /** The way between them. @default "cosine" */
  shape?: "cosine" | "linear";
}

/** Rises and falls once: Smith and Topin 2018, with the steps of torch's OneCycleLR. */
export function oneCycle(options: OneCycleOptions): Schedule {
  const { rate, steps, rise = 0.3, startDivisor = 25, endDivisor = 1e4, shape = "cosine" } = options;
  const start = rate / startDivisor;
  const [peak, last] = [rise * steps - 1, steps - 1];
  return (step) => {
    if (step <= peak) return between(start, rate, peak === 0 ? 1 : step / peak, shape);
    return between(rate, start / endDivisor, Math.min(1, (step - peak) / (last - peak)), shape);
  };
}

function between(from: number, to: number, share: number, shape: "cosine" | "linear"): number {
  const along = shape === "linear" ? share : 0.5 - 0.5 * Math.cos(Math.PI * share);
  return from + (to - from) * along;
}
