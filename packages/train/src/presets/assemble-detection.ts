import type { Module } from "@tessera/core";
import { Ema } from "../averages/ema.ts";
import type { FitDetectorOptions } from "../fit/options.ts";
import { paramGroups } from "../groups/param-groups.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Schedule } from "../schedules/schedule.ts";
import { optimizerOf, scheduleOf } from "./parts.ts";
import type { DetectionRecipe } from "./recipe.ts";

/** What `fitDetector` takes of a recipe; whoever assembled it disposes of optimiser and averages. */
export interface AssembledDetection extends Pick<FitDetectorOptions, "clipNorm"> {
  optimizer: Optimizer;
  rate: Schedule;
  ema: Ema | undefined;
}

/**
 * Makes a recipe's parts for a detector whose parameters are filled.
 * @throws {TesseraError} if they contradict each other.
 */
export function assembleDetection(recipe: DetectionRecipe, model: Module, stepsPerEpoch: number): AssembledDetection {
  const { weightDecay, rates = {}, ema, clipNorm } = recipe;
  const rateOf = (path: string) => Object.entries(rates).find(([name]) => `.${path}.`.includes(`.${name}.`))?.[1] ?? 1;
  return {
    optimizer: optimizerOf(recipe, model, { groups: paramGroups(model, { weightDecay, rateOf, decays: () => true }) }),
    rate: scheduleOf(recipe, stepsPerEpoch),
    clipNorm,
    // Early averages are not of the first, random weights.
    ema: ema === undefined ? undefined : new Ema(model.state(), { decay: ema, warmup: true }),
  };
}
