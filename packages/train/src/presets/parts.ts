import { type Module, TesseraError } from "@tessera/core";
import { adam, adamW } from "../optimizers/adam.ts";
import { lamb } from "../optimizers/lamb.ts";
import { muon } from "../optimizers/muon.ts";
import type { Optimizer, OptimizerOptions } from "../optimizers/optimizer.ts";
import { sgd } from "../optimizers/sgd.ts";
import { cosine } from "../schedules/cosine.ts";
import { oneCycle } from "../schedules/one-cycle.ts";
import type { Schedule } from "../schedules/schedule.ts";
import { constantRate, linearRate, stepped } from "../schedules/steady.ts";
import type { DetectionRecipe, Recipe } from "./recipe.ts";

/** A recipe's optimiser, for a model whose parameters are filled. */
export function optimizerOf(
  { optimizer, momentum }: Recipe | DetectionRecipe,
  model: Module,
  options: OptimizerOptions,
): Optimizer {
  const params = model.params();
  switch (optimizer) {
    case "sgd":
      return sgd(params, { ...options, momentum: momentum ?? 0.9, nesterov: momentum !== 0 });
    case "adam":
      return adam(params, options);
    case "adamW":
      return adamW(params, options);
    case "lamb":
      return lamb(params, options);
    case "muon":
      return muon(params, { ...options, momentum });
    default:
      throw unknown("optimizer", optimizer, ["sgd", "adam", "adamW", "lamb", "muon"]);
  }
}

/** The rate by step, from the recipe's epochs. */
export function scheduleOf(recipe: Recipe | DetectionRecipe, stepsPerEpoch: number): Schedule {
  const { rate, finalRate: minRate = 0, epochs, warmup = 0, schedule, drops = [] } = recipe;
  const steps = Math.round(epochs * stepsPerEpoch);
  const warmupSteps = Math.round(warmup * stepsPerEpoch);
  const rising = { warmupSteps, warmupRate: rate / 1000 };
  switch (schedule) {
    case "cosine":
      return cosine({ rate, minRate, steps, ...rising });
    case "linear":
      return linearRate({ rate, minRate, steps, ...rising });
    case "constant":
      return constantRate({ rate, ...rising });
    case "one-cycle":
      return oneCycle({ rate, steps, rise: warmup / epochs });
    case "stepped":
      return stepped({ rate, at: drops.map((epoch) => Math.round(epoch * stepsPerEpoch)), ...rising });
    default:
      throw unknown("schedule", schedule, ["cosine", "linear", "constant", "one-cycle", "stepped"]);
  }
}

/** A recipe may come from a file or a command line. */
function unknown(what: string, got: never, known: readonly string[]): TesseraError {
  return new TesseraError(`assemble: expected ${what} among ${known.join(", ")}, got ${JSON.stringify(got)}`);
}
