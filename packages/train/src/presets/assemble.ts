import type { Module } from "@tessera/core";
import { Ema } from "../averages/ema.ts";
import type { FitOptions, Loss } from "../fit/options.ts";
import { paramGroups } from "../groups/param-groups.ts";
import { binaryCrossEntropy } from "../losses/binary-cross-entropy.ts";
import { crossEntropy } from "../losses/cross-entropy.ts";
import { mixing } from "../mixing/mixing.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Schedule } from "../schedules/schedule.ts";
import { optimizerOf, scheduleOf } from "./parts.ts";
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
