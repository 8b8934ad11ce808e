import { TesseraError } from "@tessera/core";
import { type Schedule, type WarmUpOptions, warmed } from "./schedule.ts";

export interface CosineOptions extends WarmUpOptions {
  /** The highest. */
  rate: number;
  /** Steps in all, of the warm-up too. */
  steps: number;
  /** The lowest, which stays from `steps` on. @default 0 */
  minRate?: number;
  /**
   * The cosine's clock runs during the warm-up, so that the rate comes up to its cosine and never to `rate`: timm without
   * `warmup_prefix`. @default false: it starts after the warm-up
   */
  overlap?: boolean;
  /** Exponent of the time, which stays near `rate` for longer above 1: timm's `k_decay`. @default 1 */
  timePower?: number;
  /** Warm restarts (Loshchilov and Hutter 2017) in place of one fall over all steps. */
  restarts?: RestartOptions;
}

export interface RestartOptions {
  /** Steps of the first cycle. */
  steps: number;
  /** Each cycle is so many times as long as the one before. @default 1 */
  stretch?: number;
  /** Each cycle begins at this share of the rate of the one before. @default 1 */
  decay?: number;
  /** After so many the rate is the lowest. @default without end */
  count?: number;
}

/**
 * Falls along half a cosine, as timm's CosineLRScheduler updated at every step.
 * @throws {TesseraError} if there is no step after the warm-up.
 */
export function cosine(options: CosineOptions): Schedule {
  const { rate, steps, minRate = 0, overlap = false, timePower = 1, restarts, warmupSteps = 0 } = options;
  const begin = overlap ? 0 : warmupSteps;
  if (!(steps > warmupSteps))
    throw new TesseraError(`cosine: expected more steps than the ${warmupSteps} of the warm-up, got ${steps}`);
  const { steps: first, stretch = 1, decay = 1, count = Infinity } = restarts ?? { steps: steps - begin, count: 1 };
  return warmed(rate, options, (step) => {
    const { cycle, at, length } = cycleOf(step - begin, first, stretch);
    if (cycle >= count) return minRate;
    const top = rate * decay ** cycle;
    return minRate + 0.5 * (top - minRate) * (1 + Math.cos((Math.PI * at ** timePower) / length ** timePower));
  });
}

/** Which cycle a step is in, how far, and how long that is. */
function cycleOf(step: number, first: number, stretch: number): { cycle: number; at: number; length: number } {
  if (stretch === 1) return { cycle: Math.floor(step / first), at: step % first, length: first };
  const cycle = Math.floor(Math.log(1 - (step / first) * (1 - stretch)) / Math.log(stretch));
  const length = first * stretch ** cycle;
  return { cycle, at: step - ((1 - stretch ** cycle) / (1 - stretch)) * first, length };
}
