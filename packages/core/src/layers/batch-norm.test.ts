import { type Tensor, type Tensor2D, grad, keep, ones, sum, tensor, variableGrads, zeros } from "@tensorflow/tfjs-core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { BatchNorm } from "./batch-norm.ts";

/** [3, 2]: channels of mean 2 and 5, biased variance 8/3 and 6. */
const batch = () => tensor([0, 2, 2, 5, 4, 8], [3, 2]) as Tensor2D;

test("while training it normalises by the batch, and takes its mean and unbiased variance in", async () => {
  const norm = new BatchNorm(2, { epsilon: 0 }).init(0);
  const y = norm.forward(batch(), { training: true });
  const [one, two] = [2 / Math.sqrt(8 / 3), 3 / Math.sqrt(6)];
  await expect(y).toBeAllClose([
    [-one, -two],
    [0, 0],
    [one, two],
  ]);
  await expect(norm.runningMean.value).toBeAllClose([0.2, 0.5]);
  await expect(norm.runningVar.value).toBeAllClose([0.9 + 0.4, 0.9 + 0.9]);
});

test("otherwise it normalises by the running statistics, and leaves them", async () => {
  const norm = new BatchNorm(2, { epsilon: 3 }).init(0);
  norm.runningMean.set(Float32Array.of(2, 5));
  norm.weight.set(Float32Array.of(2, 4));
  norm.bias.set(Float32Array.of(0, -1));
  const expected = [
    [-2, -7],
    [0, -1],
    [2, 5],
  ];
  await expect(norm.forward(batch())).toBeAllClose(expected);
  await expect(norm.forward(batch(), {}, "relu")).toBeAllClose(expected.map((row) => row.map((v) => Math.max(0, v))));
  await expect(norm.runningMean.value).toBeAllClose([2, 5]);
});

test("a frozen one does so while training too", async () => {
  const norm = new BatchNorm(2, { frozen: true, epsilon: 0 }).init(0);
  await expect(norm.forward(batch(), { training: true })).toBeAllClose(batch());
  await expect(norm.runningMean.value).toBeAllClose([0, 0]);
  expect(norm.params().size).toBe(0);
  expect([...norm.state().keys()]).toEqual(["weight", "bias", "running_mean", "running_var"]);
});

test("gradients know that the statistics are the batch's, and reach weight and bias but no statistics", async () => {
  const norm = new BatchNorm(2).init(0);
  // A batch that is moved as a whole is normalised to the same.
  const slopes = grad((x: Tensor) => norm.forward(x, { training: true }))(batch(), ones([3, 2]));
  await expect(slopes).toBeAllClose(zeros([3, 2]), { atol: 1e-5 });
  const { grads } = variableGrads(() => sum(norm.forward(batch(), { training: true })));
  expect(new Set(Object.keys(grads))).toEqual(new Set([norm.weight.value.name, norm.bias.value.name]));
});

test("its statistics are saved with it, but are no parameters", () => {
  const norm = new BatchNorm(3);
  expect([...norm.params().keys()]).toEqual(["weight", "bias"]);
  expect([...norm.state().keys()]).toEqual(["weight", "bias", "running_mean", "running_var"]);
  expect(norm.paramCount).toBe(6);
  norm.setTrainable(true);
  expect(norm.runningMean.trainable).toBe(false);
});

test("looked at, it shows the values before the activation", async () => {
  const norm = new BatchNorm(2, { epsilon: 0 }).init(0);
  const seen: Tensor[] = [];
  const y = norm.forward(seeded(1).normals([4, 2]), { capture: (_, value) => seen.push(keep(value())) }, "relu");
  const shown = await seen[0]!.data();
  expect(shown.some((value) => value < 0)).toBe(true);
  await expect(y).toBeAllClose({ shape: [4, 2], data: Array.from(shown, (value) => Math.max(0, value)) });
});

test("one value a channel has no variance to train on", () => {
  const norm = new BatchNorm(2).init(0);
  expect(() => norm.forward(ones([1, 1, 1, 2]), { training: true })).toThrow(
    "BatchNorm: expected at least two values a channel while training, got [1, 1, 1, 2]",
  );
});

test("leaks nothing, while training too", async () => {
  const norm = new BatchNorm(2).init(0);
  const x = batch();
  await expectNoLeak(() => {
    norm.forward(x).dispose();
    norm.forward(x, { training: true }).dispose();
    const { value, grads } = variableGrads(() => sum(norm.forward(x, { training: true })));
    for (const slope of [value, ...Object.values(grads)]) slope.dispose();
  });
});
