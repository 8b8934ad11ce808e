import { memory } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import { expect, test } from "vitest";
import { Finder, quadrants } from "../__fixtures__/quadrants.ts";
import { Ema } from "../averages/ema.ts";
import { memoryStore } from "../checkpoints/memory.ts";
import { adamW } from "../optimizers/adam.ts";
import { fitDetector } from "./fit-detector.ts";
import type { FitDetectorOptions } from "./options.ts";

/** Trains a small detector and reads what came of it. */
async function train(options: Partial<FitDetectorOptions> = {}, length = 64) {
  using model = new Finder().init(1);
  const optimizer = adamW(model.params(), {});
  const losses: number[] = [];
  const onStep: FitDetectorOptions["onStep"] = ({ loss }) => void losses.push(loss);
  try {
    const how = options.steps === undefined ? { epochs: 25 } : {};
    const result = await fitDetector(model, quadrants(length), { ...how, batchSize: 16, optimizer, rate: 0.02, clipNorm: 0.5, onStep, ...options }); // prettier-ignore
    const weights: Record<string, number[]> = {};
    for (const [path, { value }] of model.params()) weights[path] = [...(await value.data())];
    return { result, weights, losses };
  } finally {
    optimizer.dispose();
  }
}

test("learns where things are, and chooses the best by average precision", async () => {
  const before = memory().numTensors;
  const values: number[] = [];
  const { result, losses } = await train({
    evaluation: { data: quadrants(48, { seed: 1 }), every: 25, metric: "AP50" },
    onEvaluation: ({ evaluation }) => void values.push(evaluation.scores.AP50),
  });
  expect(result).toMatchObject({ steps: 100, ended: "done", evaluation: { images: 48 } });
  expect(result.evaluation!.scores.AP50).toBeGreaterThan(0.8);
  expect(result.best!.value).toBe(Math.max(...values));
  expect(losses.at(-1)!).toBeLessThan(losses[0]! / 3);
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
    onStep: ({ step }) => void (step === 7 && controller.abort(new Error("enough"))),
  });
  await expect(stopping).rejects.toThrow("enough");
  const resumed = await train({ steps: 12, seed: 3, checkpoints: { store }, resume: true });
  expect(resumed.losses).toEqual(straight.losses.slice(7));
  expect(resumed.weights).toEqual(straight.weights);
});

test("judges and keeps averages, and stops when nothing gets better", async () => {
  using model = new Finder().init(1);
  const optimizer = adamW(model.params(), {});
  const ema = new Ema(model.state(), { decay: 0.9 });
  const { ended } = await fitDetector(model, quadrants(32), { epochs: 50, batchSize: 16, optimizer, rate: 0, ema, evaluation: { data: quadrants(8), patience: 2 } }); // prettier-ignore
  expect(ended).toBe("early");
  optimizer.dispose();
  ema.dispose();
});

test("refuses a detector of other classes, and targets of none", async () => {
  using model = new Finder().init(1);
  const optimizer = adamW(model.params(), {});
  const how = { steps: 1, batchSize: 2, optimizer, rate: 0.1 };
  const data = { ...quadrants(4), classes: ["dark", "bright", "grey"] };
  await expect(fitDetector(model, data, how)).rejects.toThrow(
    new TesseraError("fitDetector: expected a detector of 3 classes, as the data have, got 2"),
  );
  const wrong = { ...quadrants(4), async *batches() {
    for await (const batch of quadrants(4).batches({ epoch: 0, batchSize: 2 }))
      yield { ...batch, targets: batch.targets.map(({ boxes }) => ({ boxes, labels: Int32Array.of(5) })) };
  } }; // prettier-ignore
  await expect(fitDetector(model, wrong, how)).rejects.toThrow("matchQueries: expected");
  optimizer.dispose();
});
