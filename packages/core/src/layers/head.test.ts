import { type Tensor, type Tensor2D, mul, add, tanh } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { capture } from "../capture.ts";
import type { Context } from "../context.ts";
import { Module } from "../module.ts";
import { Head, type HeadConfig } from "./head.ts";

const [token, distillation] = [1, 2].map((seed) => seeded(seed).normals([2, 8])) as [Tensor2D, Tensor2D];
const make = (options: Partial<HeadConfig> = {}) => new Head({ width: 8, classes: 3, ...options }).init(1);
const paths = (head: Head) => [...head.params().keys()];

test("one linear layer, at timm's path", async () => {
  using head = make();
  expect(paths(head)).toEqual(["head.weight", "head.bias"]);
  await expect(head.forward([token])).toBeAllClose(head.head!.forward(token));
});

test("without classes it gives what it is given", async () => {
  using head = make({ classes: 0 });
  expect(paths(head)).toEqual([]);
  await expect(head.forward([token])).toBeAllClose(token);
  await expect(head.forward([token, distillation])).toBeAllClose(mul(add(token, distillation), 0.5));
});

test("pre-logits, then the classifier", async () => {
  using head = make({ preLogits: true });
  expect(paths(head)).toEqual(["pre_logits.fc.weight", "pre_logits.fc.bias", "head.weight", "head.bias"]);
  await expect(head.forward([token])).toBeAllClose(head.head!.forward(tanh(head.preLogits!.fc.forward(token))));
});

test("two heads: the scores of each apart, and their mean", async () => {
  using head = make({ distilled: true });
  expect(paths(head)).toEqual(["head.weight", "head.bias", "head_dist.weight", "head_dist.bias"]);
  const [first, second] = head.each([token, distillation]) as [Tensor2D, Tensor2D];
  await expect(first).toBeAllClose(head.head!.forward(token));
  await expect(second).toBeAllClose(head.headDist!.forward(distillation));
  await expect(head.forward([token, distillation])).toBeAllClose(mul(add(first, second), 0.5));
});

test("reset changes the classes and draws what init draws, and pre-logits stay", async () => {
  using head = make({ distilled: true, preLogits: true });
  const values = () => Promise.all([...head.params().values()].map(({ value }) => value.data()));
  const drawn = await values();
  head.reset(5, 1);
  expect(head.forward([token, distillation]).shape).toEqual([2, 5]);
  head.reset(3, 1);
  expect(await values()).toEqual(drawn);
  head.reset(0);
  expect(paths(head)).toEqual(["pre_logits.fc.weight", "pre_logits.fc.bias"]);
});

test("its parts are the owner's to checkpoints and captures", async () => {
  class Model extends Module {
    readonly top = make({ preLogits: true });
    forward(x: Tensor2D, ctx: Context = {}): Tensor {
      return this.top.forward([x], ctx);
    }
  }
  using model = new Model().init(1);
  expect([...model.params().keys()]).toEqual([
    "pre_logits.fc.weight",
    "pre_logits.fc.bias",
    "head.weight",
    "head.bias",
  ]);
  const seen = capture(model, token, ["pre_logits", "head"]);
  await expect(seen["head"]!).toBeAllClose(model.forward(token));
  expect(seen["pre_logits"]!.shape).toEqual([2, 8]);
});

test("has the gradient that differences give, and leaks nothing", async () => {
  using head = make({ distilled: true, preLogits: true });
  await checkGradients((a, b) => head.forward([a as Tensor2D, b as Tensor2D]), [token, distillation]);
  await expectNoLeak(() => {
    head.forward([token, distillation]).dispose();
    head.reset(3);
  });
});

test("a classifier may start at its own initialiser", async () => {
  using head = make({ init: (_, shape) => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(2) });
  expect(new Set(await head.head!.weight.value.data())).toEqual(new Set([2]));
});
