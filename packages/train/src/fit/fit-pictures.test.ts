import { type Tensor2D, memory, mul, reshape, square, sub, sum, tensor } from "@tensorflow/tfjs-core";
import { Linear, Module, TesseraError, normal } from "@tessera/core";
import { expect, test } from "vitest";
import { stripes } from "../__fixtures__/stripes.ts";
import { memoryStore } from "../checkpoints/memory.ts";
import { type PictureObjective, evaluatePictures } from "../metrics/evaluate-pictures.ts";
import { adamW } from "../optimizers/adam.ts";
import { fitPictures } from "./fit-pictures.ts";
import type { FitPicturesOptions } from "./options.ts";

/** Guesses the pixels of a picture of stripes that it does not see. */
class Guess extends Module {
  readonly hidden = new Linear(16, 24, { init: normal(0.3) });
  readonly head = new Linear(24, 16, { init: normal(0.3) });

  readonly objective: PictureObjective = (images, { random }) => {
    const pixels: Tensor2D = reshape(images, [-1, 16]);
    const seen = tensor(Float32Array.from({ length: pixels.size }, () => (random.uniform() < 0.5 ? 1 : 0)), pixels.shape); // prettier-ignore
    const guessed = this.head.forward(this.hidden.forward(mul(pixels, seen), {}, { activation: "relu" }));
    return mul(sum(mul(square(sub(guessed, pixels)), sub(1, seen))), 2 / pixels.size);
  };
}

/** Trains a model on pictures whose classes nobody tells it, and reads what came of it. */
async function train(options: Partial<FitPicturesOptions> = {}) {
  using model = new Guess().init(1);
  const optimizer = adamW(model.params(), {});
  const losses: number[] = [];
  try {
    const how = options.steps === undefined ? { epochs: 12 } : {};
    const result = await fitPictures(model, stripes(96, { training: true }), {
      ...how,
      batchSize: 16,
      optimizer,
      rate: 0.01,
      objective: model.objective,
      onStep: ({ loss }) => void losses.push(loss),
      ...options,
    });
    const weights: Record<string, number[]> = {};
    for (const [path, { value }] of model.params()) weights[path] = [...(await value.data())];
    return { result, weights, losses };
  } finally {
    optimizer.dispose();
  }
}

test("learns what pictures look like, and chooses the best by its objective", async () => {
  const before = memory().numTensors;
  const values: number[] = [];
  const { result, losses } = await train({
    evaluation: { data: stripes(48, { seed: 1 }), every: 18, batchSize: 20 },
    onEvaluation: ({ evaluation }) => void values.push(evaluation.loss),
  });
  expect(result).toMatchObject({ steps: 72, ended: "done", evaluation: { images: 48 } });
  expect(values).toHaveLength(4);
  expect(result.best!.value).toBe(Math.min(...values));
  // Stripes and noise have a variance of a half; half of it is noise that nobody can guess.
  expect(values.at(-1)!).toBeLessThan(0.4);
  expect(losses.at(-1)!).toBeLessThan(losses[0]! / 1.3);
  expect(memory().numTensors).toBe(before);
});

test("gives the same bits by the same seed, and after a resume", async () => {
  const straight = await train({ steps: 12, seed: 3 });
  expect((await train({ steps: 12, seed: 3 })).weights).toEqual(straight.weights);
  expect((await train({ steps: 12, seed: 4 })).weights).not.toEqual(straight.weights);
  const store = memoryStore();
  const controller = new AbortController();
  const stopping = train({
    steps: 12,
    seed: 3,
    checkpoints: { store },
    signal: controller.signal,
    onStep: ({ step }) => {
      if (step === 5) controller.abort(new Error("stopped"));
    },
  });
  await expect(stopping).rejects.toThrow("stopped");
  expect((await train({ steps: 12, seed: 3, checkpoints: { store }, resume: true })).weights).toEqual(straight.weights);
});

test("judges by the same draws each time, and not without pictures", async () => {
  using model = new Guess().init(1);
  const once = await evaluatePictures(model.objective, stripes(20), { batchSize: 8 });
  expect(await evaluatePictures(model.objective, stripes(20), { batchSize: 8 })).toEqual(once);
  await expect(evaluatePictures(model.objective, stripes(0))).rejects.toThrow(TesseraError);
});
