import { type Module, TesseraError } from "@tessera/core";
import { Ema } from "../averages/ema.ts";
import type { FitOptions, Loss } from "../fit/options.ts";
import { paramGroups } from "../groups/param-groups.ts";
import { binaryCrossEntropy } from "../losses/binary-cross-entropy.ts";
import { crossEntropy } from "../losses/cross-entropy.ts";
import { mixing } from "../mixing/mixing.ts";
import { adam, adamW } from "../optimizers/adam.ts";
import { lamb } from "../optimizers/lamb.ts";
import { muon } from "../optimizers/muon.ts";
import type { Optimizer, OptimizerOptions } from "../optimizers/optimizer.ts";
import { sgd } from "../optimizers/sgd.ts";
import { cosine } from "../schedules/cosine.ts";
import { oneCycle } from "../schedules/one-cycle.ts";
import type { Schedule } from "../schedules/schedule.ts";
import { constantRate, linearRate } from "../schedules/steady.ts";
import type { Recipe } from "./recipe.ts";

/** What `fit` takes of a recipe; whoever assembled it disposes of optimiser and averages. */
export interface Assembled extends Pick<FitOptions, "mix" | "clipNorm"> {
  loss: Loss;
  optimizer: Optimizer;
  rate: Schedule;
  ema: Ema | undefined;
}

/**
 * Makes a recipe's parts for a model whose parameters are filled.
 * @throws {TesseraError} if they contradict each other.
 */
export function assemble(recipe: Recipe, model: Module, stepsPerEpoch: number, classes: number): Assembled {
  const { weightDecay, layerDecay, ema, smoothing, mixup = 0, cutmix = 0 } = recipe;
  const isMixed = mixup > 0 || cutmix > 0;
  const groups = paramGroups(model, { weightDecay, layerDecay });
  return {
    optimizer: optimizerOf(recipe, model, { groups }),
    rate: scheduleOf(recipe, stepsPerEpoch),
    // Mixing smooths the labels that it mixes.
    loss:
      recipe.loss === "binary-cross-entropy"
        ? binaryCrossEntropy({ smoothing })
        : crossEntropy({ smoothing: isMixed ? 0 : smoothing }),
    mix: isMixed ? mixUntil(recipe, classes) : undefined,
    clipNorm: recipe.clipNorm,
    // Early averages are not of the first, random weights.
    ema: ema === undefined ? undefined : new Ema(model.state(), { decay: ema, warmup: true }),
  };
}

/** Mixes until the recipe says; from then on labels are smoothed alone. */
function mixUntil({ mixup, cutmix, smoothing, mixUntil: until = 1 }: Recipe, classes: number): FitOptions["mix"] {
  const mixed = mixing({ classes, mixup, cutmix, smoothing });
  const plain = mixing({ classes, mixup, cutmix, smoothing, probability: 0 });
  return (batch, random, progress) => (progress < until ? mixed : plain)(batch, random);
}

function optimizerOf({ optimizer, momentum }: Recipe, model: Module, options: OptimizerOptions): Optimizer {
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
function scheduleOf(recipe: Recipe, stepsPerEpoch: number): Schedule {
  const { rate, finalRate: minRate = 0, epochs, warmup = 0, schedule } = recipe;
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
    default:
      throw unknown("schedule", schedule, ["cosine", "linear", "constant", "one-cycle"]);
  }
}

/** A recipe may come from a file or a command line. */
function unknown(what: string, got: never, known: readonly string[]): TesseraError {
  return new TesseraError(`assemble: expected ${what} among ${known.join(", ")}, got ${JSON.stringify(got)}`);
}
