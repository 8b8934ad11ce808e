import { type Tensor4D, ones, sum, variableGrads } from "@tensorflow/tfjs-core";
import { seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { constant, zeros } from "../init/initializers.ts";
import { convolution } from "../ops/convolution.ts";
import { summarize } from "../summarize.ts";
import { Conv2d } from "./conv2d.ts";

test("convolves with PyTorch's weight, then activates", async () => {
  const layer = new Conv2d({ inputs: 3, outputs: 4, size: [3, 2], stride: 2, padding: 1, dilation: [2, 1] }).init(0);
  const x = seeded(1).normals([2, 8, 7, 3]) as Tensor4D;
  const [weight, bias] = [layer.weight.value as unknown as Tensor4D, layer.bias!.value as never];
  const options = { stride: 2, padding: 1, dilation: [2, 1], bias } as const;
  await expect(layer.forward(x)).toBeAllClose(convolution(x, weight, options));
  await expect(layer.forward(x, {}, "relu")).toBeAllClose(convolution(x, weight, { ...options, activation: "relu" }));
  expect([...layer.params()].map(([path, { shape }]) => [path, shape])).toEqual([
    ["weight", [4, 3, 3, 2]],
    ["bias", [4]],
  ]);
  const { grads } = variableGrads(() => sum(layer.forward(x)));
  expect(Object.keys(grads)).toHaveLength(2);
});

test("starts as PyTorch's does", () => {
  const layer = new Conv2d({ inputs: 16, outputs: 32, size: 3 }).init(0);
  const limit = 1 / Math.sqrt(16 * 9);
  for (const param of layer.params().values()) {
    const largest = Math.max(...param.value.dataSync().map(Math.abs));
    expect(largest).toBeLessThanOrEqual(limit);
    expect(largest).toBeGreaterThan(0.8 * limit);
  }
});

test("starts as it is told, bias and weight apart", () => {
  const layer = new Conv2d({ inputs: 16, outputs: 32, size: 3, init: zeros, biasInit: constant(2) }).init(0);
  expect([...new Set(layer.weight.value.dataSync())]).toEqual([0]);
  expect([...new Set(layer.bias!.value.dataSync())]).toEqual([2]);
});

test("tells its shape and its multiply-adds", () => {
  const layer = new Conv2d({ inputs: 64, outputs: 128, size: 3, stride: 2, padding: 1, bias: false });
  const { layers, macs, params } = summarize(layer, [1, 56, 56, 64]);
  expect(layers[0]!.shape).toEqual([1, 28, 28, 128]);
  expect([params, macs]).toEqual([73_728, 28 * 28 * 73_728]);
});

test("other channels are refused", () => {
  const layer = new Conv2d({ inputs: 3, outputs: 4, size: 1 }).init(0);
  expect(() => layer.forward(ones([1, 2, 2, 4]))).toThrow("convolution: expected shape [b, h, w, 3]");
});
