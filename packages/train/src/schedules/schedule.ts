/** The learning rate of a step, counted from 0. */
export type Schedule = (step: number) => number;

/** How a schedule begins. */
export interface WarmUpOptions {
  /** Steps in which the rate rises evenly. @default 0 */
  warmupSteps?: number;
  /** Rate of the first step. @default 0 */
  warmupRate?: number;
}

/** Rises to `rate` at step `warmupSteps`, then does what `after` says. */
export function warmed(rate: number, { warmupSteps = 0, warmupRate = 0 }: WarmUpOptions, after: Schedule): Schedule {
  return (step) => (step < warmupSteps ? warmupRate + (step * (rate - warmupRate)) / warmupSteps : after(step));
}
