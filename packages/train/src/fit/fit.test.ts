import { type Scalar, getBackend, mean, memory } from "@tensorflow/tfjs-core";
import { TesseraError, softmaxCrossEntropy } from "@tessera/core";
import { expect, test } from "vitest";
import { Small, stripes } from "../__fixtures__/stripes.ts";
import { memoryStore } from "../checkpoints/memory.ts";
import type { Batch, TrainingData } from "../data.ts";
import { sgd } from "../optimizers/sgd.ts";
import { fit } from "./fit.ts";
import type { EvaluationReport, FitOptions, FitResult, Objective, StepReport } from "./options.ts";

const data = stripes(70, { training: true });

interface Trained {
  result: FitResult;
  weights: Record<string, number[]>;
  steps: StepReport[];
}

/** Trains a small model and reads what came of it. */
async function train(options: Partial<FitOptions> = {}, on: TrainingData = data): Promise<Trained> {
  using model = new Small().init(1);
  const optimizer = sgd(model.params(), { momentum: 0.9 });
  const steps: StepReport[] = [];
  try {
    const length = options.steps === undefined ? { epochs: 3 } : {};
    const result = await fit(model, on, { ...length, batchSize: 8, optimizer, rate: 0.1, onStep: (report) => void steps.push(report), ...options }); // prettier-ignore
    const weights: Record<string, number[]> = {};
    for (const [path, { value }] of model.params()) weights[path] = [...(await value.data())];
    return { result, weights, steps };
  } finally {
    optimizer.dispose();
  }
}

test("learns, and says how far it is", async () => {
  const { result, steps } = await train({ evaluation: { data: stripes(30, { seed: 1 }) }, epochs: 6 });
  expect(result).toMatchObject({ steps: 48, ended: "done" });
  expect(result.evaluation!.top1).toBeGreaterThan(0.9);
  expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 48 }, (_, i) => i + 1));
  expect(steps.at(-1)).toMatchObject({ step: 48, steps: 48, epoch: 5, rate: 0.1, secondsLeft: 0 });
  expect(steps.at(-1)!.loss).toBeLessThan(steps[0]!.loss / 2);
  for (const { imagesPerSecond, waiting } of steps) {
    expect(imagesPerSecond).toBeGreaterThan(0);
    expect(waiting).toBeGreaterThanOrEqual(0);
    expect(waiting).toBeLessThan(1);
  }
});

test("gives the same loss and weights to the bit by the same seed, and others by another", async () => {
  const [first, again, other] = [await train({ seed: 3 }), await train({ seed: 3 }), await train({ seed: 4 })];
  expect(again.steps.map(({ loss }) => loss)).toEqual(first.steps.map(({ loss }) => loss));
  expect(again.weights).toEqual(first.weights);
  expect(other.weights).not.toEqual(first.weights);
});

test("adds gradients up over batches as if they were one", async () => {
  const once = async (batchSize: number, accumulate: number) => {
    using model = new Small().init(1);
    const optimizer = sgd(model.params(), { momentum: 0.9 });
    const objective: Objective = ({ images, targets }) =>
      mean(softmaxCrossEntropy(model.forward(images), targets)) as Scalar;
    await fit(model, stripes(32), { steps: 2, batchSize, accumulate, optimizer, rate: 0.1, objective });
    optimizer.dispose();
    return [...(await model.hidden.weight.value.data())];
  };
  expect(await once(4, 4)).toBeAllClose(await once(16, 1), { rtol: 1e-4, atol: 1e-6 });
});

test("shortens gradients that are too long, and says how long they were", async () => {
  const { steps, weights } = await train({ steps: 1, clipNorm: 1e-3, rate: 1 });
  const { weights: before } = await train({ steps: 1, rate: 0 });
  const moved = Object.entries(weights).flatMap(([path, values]) =>
    values.map((value, i) => value - before[path]![i]!),
  );
  expect(Math.hypot(...moved)).toBeCloseTo(1e-3, 5);
  expect(steps[0]!.gradientNorm).toBeGreaterThan(1e-3);
});

test("leaves no tensor behind, step by step", async () => {
  const counts: number[] = [];
  const before = memory().numTensors;
  await train({
    onStep: () => void counts.push(memory().numTensors),
    clipNorm: 1,
    accumulate: 2,
    evaluation: { data: stripes(9) },
  });
  expect(new Set(counts).size).toBe(1);
  expect(memory().numTensors).toBe(before);
});

test("stops at a loss that is not finite, with the weights before it, and names the last checkpoint", async () => {
  const poisoned: TrainingData = {
    ...data,
    async *batches(options) {
      let at = options.from ?? 0;
      for await (const batch of data.batches(options)) yield at++ === 5 ? poison(batch) : batch;
    },
  };
  using model = new Small().init(1);
  const optimizer = sgd(model.params(), { momentum: 0.9 });
  const checkpoints = { store: memoryStore(), every: 4 };
  await expect(fit(model, poisoned, { epochs: 1, batchSize: 8, optimizer, rate: 0.1, checkpoints })).rejects.toThrow(
    "fit: expected a finite loss and gradients, got a loss of NaN at step 6; the last good checkpoint is step-00000004;",
  );
  for (const { value } of model.params().values()) expect((await value.data()).every(Number.isFinite)).toBe(true);
  optimizer.dispose();
});

function poison(batch: Batch): Batch {
  return { ...batch, images: batch.images.map(() => Number.NaN) };
}

test("mixes batches by the seed", async () => {
  const drawn: number[] = [];
  const mix: FitOptions["mix"] = (batch, random) => {
    drawn.push(random.uniform());
    return { ...batch, labels: Float32Array.from({ length: 3 * batch.shape[0] }, () => 1 / 3) };
  };
  const { steps } = await train({ steps: 2, mix });
  await train({ steps: 2, mix });
  expect(new Set(drawn).size).toBe(2);
  expect(steps[0]!.loss).toBeGreaterThan(Math.log(3) - 1e-6);
});

test("keeps the best and stops when nothing gets better", async () => {
  const store = memoryStore();
  const reports: EvaluationReport[] = [];
  const evaluation = { data: stripes(9), every: 2, patience: 3 };
  const { result } = await train({ rate: 0, evaluation, checkpoints: { store, every: 2 }, onEvaluation: (report) => void reports.push(report) }); // prettier-ignore
  expect(result).toMatchObject({ steps: 8, ended: "early", best: { step: 2 } });
  expect(reports.map(({ step, best }) => [step, best])).toEqual([[2, true], [4, false], [6, false], [8, false]]); // prettier-ignore
  expect((await store.list()).sort()).toEqual(["best", "step-00000006", "step-00000008"]);
  const best = await store.open("best");
  expect([...best.tensors.keys()]).toEqual([...new Small().params().keys()]);
});

test("is stopped by a signal after the step, with a checkpoint, and goes on to the same weights", async () => {
  const straight = await train({ evaluation: { data: stripes(9), every: 3 } });
  const store = memoryStore();
  const resumedAt: number[] = [];
  const onResume = ({ step }: { step: number }) => void resumedAt.push(step);
  for (const stop of [1, 3, 7, 12, 20]) {
    const controller = new AbortController();
    const onStep = ({ step }: StepReport) => step === stop && controller.abort(new Error("enough"));
    const options = {
      resume: true,
      onResume,
      signal: controller.signal,
      checkpoints: { store },
      onStep: (report: StepReport) => void onStep(report),
    };
    await expect(train({ ...options, evaluation: { data: stripes(9), every: 3 } })).rejects.toThrow("enough");
  }
  const last = await train({
    resume: true,
    checkpoints: { store },
    evaluation: { data: stripes(9), every: 3 },
    onResume,
  });
  expect(resumedAt).toEqual([0, 1, 3, 7, 12, 20]);
  // A GPU's backend of tfjs computes small tensors on the processor as long as they are there, as after a resume.
  const rounding = getBackend().startsWith("webg") ? { rtol: 1e-4, atol: 1e-6 } : { rtol: 0, atol: 0 };
  for (const [path, values] of Object.entries(straight.weights))
    await expect(last.weights[path], path).toBeAllClose(values, rounding);
  expect(last.result.best!.step).toBe(straight.result.best!.step);
  expect(last.result.best!.value).toBeCloseTo(straight.result.best!.value, 6);
});

test("does not resume a run of another configuration, and says what differs", async () => {
  const store = memoryStore();
  await train({ steps: 3, seed: 1, config: { model: { depth: 2 } }, checkpoints: { store } });
  const other = train({ steps: 4, seed: 2, config: { model: { depth: 3 } }, checkpoints: { store }, resume: true });
  await expect(other).rejects.toThrow(
    [
      "fit: expected the configuration of the run that is resumed, got another",
      "  model.depth: expected 2, got 3",
      "  seed: expected 1, got 2",
      "  steps: expected 3, got 4",
    ].join("\n"),
  );
  await expect(train({ checkpoints: { store } })).rejects.toThrow(
    "expected a store without checkpoints, got step-00000003",
  );
});

test.each([
  [{}, "expected either epochs or steps, got both", { steps: 3, epochs: 1 }],
  [{}, "expected batchSize as a whole number from 1, got 0", { batchSize: 0 }],
  [{}, "expected at least 100 images, one step, got 70", { batchSize: 100 }],
  [{ classes: ["only"] }, 'expected at least two classes, got only "only"', {}],
  [{ classes: ["a", "b"] }, "expected labels from 0 to 1, got 2 for sample", {}],
  [{ length: 100 }, "expected 12 batches in epoch 1, got 8", {}],
])("refuses %o: %s", async (other, message, options) => {
  const refused = train(options, { ...data, ...other });
  await expect(refused).rejects.toThrow(message);
  await expect(refused).rejects.toSatisfy(TesseraError.isInstance);
});
