import { memory, scalar, sum, tensor, tensor1d, variableGrads } from "@tensorflow/tfjs-core";
import { expectNoLeak } from "@tessera/testing";
import { expect, test } from "vitest";
import { ShapeError, TesseraError } from "./errors.ts";
import { ones, zeros } from "./init/initializers.ts";
import { Param } from "./param.ts";

test("is declared without values, and says what to do when they are asked for", () => {
  const before = memory().numTensors;
  const param = new Param([100_000, 100_000], zeros);
  expect([param.size, param.materialized, memory().numTensors]).toEqual([1e10, false, before]);
  expect(() => param.value).toThrow(TesseraError);
  expect(() => param.value).toThrow(
    "Param: expected values of shape [100000, 100000], got none; call init(seed) or load(tensors) on the model first",
  );
});

test("takes a tensor, which stays the caller's, or numbers", async () => {
  const param = new Param([2], zeros);
  const values = tensor1d([1, 2]);
  param.set(values);
  values.dispose();
  await expect(param.value).toBeAllClose([1, 2]);
  const { value } = param;
  param.set(Float32Array.of(3, 4));
  expect(param.value).toBe(value); // optimisers hold on to it
  await expect(param.value).toBeAllClose([3, 4]);
  param.dispose();
  expect(param.materialized).toBe(false);
  expect(() => param.value).toThrow("got none");
  param.dispose();
});

test("refuses other shapes, with expected and got", () => {
  const param = new Param([2, 2], ones);
  expect(() => param.set(tensor([1, 2, 3, 4], [4]))).toThrow(ShapeError);
  expect(() => param.set(tensor([1, 2, 3, 4], [4]))).toThrow("Param.set: expected shape [2, 2], got [4]");
  expect(() => param.set(Float32Array.of(1))).toThrow("Param.set: expected shape [2, 2], got 1 values");
  expect(param.materialized).toBe(false);
  for (const shape of [[2, 0], [1.5], [-1]]) {
    expect(() => new Param(shape, ones)).toThrow(`Param: expected positive whole sizes, got [${shape.join(", ")}]`);
  }
});

test("trainable may change before and after there are values", () => {
  const param = new Param([1], ones);
  param.trainable = false;
  param.set(Float32Array.of(1));
  expect([param.trainable, param.value.trainable]).toEqual([false, false]);
  param.trainable = true;
  expect(param.value.trainable).toBe(true);
  const { value, grads } = variableGrads(() => sum(param.value));
  expect(Object.keys(grads)).toEqual([param.value.name]);
  param.dispose();
  for (const result of [value, ...Object.values(grads)]) result.dispose();
});

test("parameters of another copy of the package are parameters", () => {
  expect(Param.is(new Param([1], ones))).toBe(true);
  expect(Param.is({ [Symbol.for("tessera.param")]: true })).toBe(true);
  for (const other of [undefined, null, 1, "param", scalar(1), {}]) expect(Param.is(other)).toBe(false);
});

test("leaks nothing", async () => {
  await expectNoLeak(() => {
    const param = new Param([3], ones);
    for (let i = 0; i < 3; i++) param.set(Float32Array.of(1, 2, i));
    const values = tensor1d([1, 2, 3]);
    param.set(values);
    values.dispose();
    param.dispose();
  });
});

test("a buffer is held beside the parameters, and never trained", () => {
  const buffer = new Param([2], ones, { buffer: true });
  buffer.set(Float32Array.of(1, 2));
  expect([buffer.buffer, buffer.trainable, buffer.value.trainable]).toEqual([true, false, false]);
  expect(() => (buffer.trainable = true)).toThrow("Param: expected a parameter to train, got a buffer [2]; leave it");
  buffer.trainable = false;
  buffer.dispose();
});
