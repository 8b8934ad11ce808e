import { type Tensor, ones, slice } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { constant } from "../init/initializers.ts";
import { linear } from "../ops/linear.ts";
import { LayerScale } from "./layer-scale.ts";
import { Linear } from "./linear.ts";

test("is the op with its own weight [out, in] and bias", async () => {
  using layer = new Linear(3, 2).init(1);
  const x = seeded(1).normals([4, 3]);
  layer.bias!.set(Float32Array.of(5, 6));
  await expect(layer.forward(x)).toBeAllClose(
    linear(x, layer.weight.value as never, { bias: layer.bias!.value as never }),
  );
  const residual = ones([4, 2]);
  await expect(layer.forward(x, {}, { activation: "relu", residual })).toBeAllClose(
    linear(x, layer.weight.value as never, { bias: layer.bias!.value as never, activation: "relu", residual }),
  );
  await checkGradients((z) => layer.forward(z!), [x]);
});

test("some of its outputs alone", async () => {
  for (const bias of [true, false]) {
    using layer = new Linear(3, 5, { bias }).init(1);
    layer.bias?.set(Float32Array.of(5, 6, 7, 8, 9));
    const x = seeded(1).normals([4, 3]);
    await expect(layer.outputsOf(x, 1, 3)).toBeAllClose(slice(layer.forward(x), [0, 1], [4, 3]));
    await expectNoLeak(() => layer.outputsOf(x, 1, 3).dispose());
  }
});

test("starts as timm's: weight normal 0.02, bias 0; another start or no bias on demand", async () => {
  using layer = new Linear(100, 100).init(1);
  const values = (await layer.weight.value.data()) as Float32Array;
  expect(Math.hypot(...values) / 100 / 0.02).toBeCloseTo(1, 1);
  expect(new Set(await layer.bias!.value.data())).toEqual(new Set([0]));
  using other = new Linear(2, 2, { bias: false, init: constant(3) }).init(1);
  expect([...other.params().keys()]).toEqual(["weight"]);
  expect(new Set(await other.weight.value.data())).toEqual(new Set([3]));
});

test("layer scale multiplies each channel, and starts at its small value", async () => {
  using scale = new LayerScale(3, 0.25).init(1);
  await expect(scale.forward(ones([2, 3]))).toBeAllClose({
    shape: [2, 3],
    data: Array.from({ length: 6 }, () => 0.25),
  });
  scale.gamma.set(Float32Array.of(1, 2, 3));
  await expect(scale.forward(ones([1, 1, 3]))).toBeAllClose([[[1, 2, 3]]]);
  await checkGradients((z: Tensor | undefined) => scale.forward(z!), [ones([2, 3])]);
});

test("leaks nothing", async () => {
  using layer = new Linear(3, 2).init(1);
  using scale = new LayerScale(3).init(1);
  const x = ones([2, 3]);
  await expectNoLeak(() => {
    layer.forward(x).dispose();
    scale.forward(x).dispose();
  });
});
