import { type Tensor3D, mean, slice, squeeze, tanh } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { capture } from "../capture.ts";
import { layerNorm } from "../ops/layer-norm.ts";
import { linear } from "../ops/linear.ts";
import { Head, type HeadConfig } from "./head.ts";

const tokens = seeded(1).normals([2, 5, 8]) as Tensor3D;
const make = (options: Partial<HeadConfig> = {}) => new Head({ width: 8, classes: 3, heads: 2, ...options }).init(1);
const classify = (head: Head, pooled: unknown) =>
  linear(pooled as Tensor3D, head.weight.value as never, { bias: head.bias.value as never });

test("token: the first one", async () => {
  using head = make();
  await expect(head.forward(tokens)).toBeAllClose(classify(head, squeeze(slice(tokens, [0, 0, 0], [2, 1, 8]), [1])));
});

test("mean: of the patches, not of the tokens before them", async () => {
  using head = make({ pool: "mean", prefix: 2 });
  await expect(head.forward(tokens)).toBeAllClose(classify(head, mean(slice(tokens, [0, 2, 0], [2, 3, 8]), 1)));
});

test("norm, then pre-logits, then the classifier", async () => {
  using head = make({ pool: "mean", norm: true, preLogits: true });
  expect([...head.params().keys()]).toEqual([
    "norm.weight",
    "norm.bias",
    "pre_logits.fc.weight",
    "pre_logits.fc.bias",
    "weight",
    "bias",
  ]);
  const normal = layerNorm(mean(tokens, 1), head.norm!.weight.value as never, head.norm!.bias.value as never, 1e-6);
  await expect(head.forward(tokens)).toBeAllClose(classify(head, tanh(head.preLogits!.fc.forward(normal))));
});

test("attention: what the pool gives", async () => {
  using head = make({ pool: "attention" });
  await expect(head.forward(tokens)).toBeAllClose(classify(head, head.attnPool!.forward(tokens)));
});

describe.each(["token", "mean", "attention"] as const)("%s", (pool) => {
  test("has the gradient that differences give, shows its parts, and leaks nothing", async () => {
    using head = make({ pool, norm: true, preLogits: true });
    await checkGradients((z) => head.forward(z as Tensor3D), [tokens], { samples: 16, atol: 2e-3 });
    const seen = capture(head, tokens, ["norm", "pre_logits", "pre_logits.fc"]);
    for (const value of Object.values(seen)) {
      expect(value.shape).toEqual([2, 8]);
      value.dispose();
    }
    await expectNoLeak(() => head.forward(tokens).dispose());
  });
});

test("a classifier may start at its own initialiser", async () => {
  using head = make({ init: (_, shape) => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(2) });
  expect(new Set(await head.weight.value.data())).toEqual(new Set([2]));
});
