import { type Tensor1D, type Tensor4D, sum, variableGrads } from "@tensorflow/tfjs-core";
import { seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { normal, zeros } from "../init/initializers.ts";
import { depthwiseConvolution } from "../ops/depthwise-convolution.ts";
import { summarize } from "../summarize.ts";
import { DepthwiseConv2d } from "./depthwise-conv2d.ts";

test("slides a window of each channel's own, then activates", async () => {
  const layer = new DepthwiseConv2d({ channels: 5, size: [3, 2], padding: 1 }).init(0);
  const x = seeded(1).normals([2, 4, 6, 5]) as Tensor4D;
  const [weight, bias] = [layer.weight.value as unknown as Tensor4D, layer.bias.value as unknown as Tensor1D];
  const options = { padding: 1, bias };
  await expect(layer.forward(x)).toBeAllClose(depthwiseConvolution(x, weight, options));
  await expect(layer.forward(x, {}, "gelu")).toBeAllClose(
    depthwiseConvolution(x, weight, { ...options, activation: "gelu" }),
  );
  expect([...layer.params()].map(([path, { shape }]) => [path, shape])).toEqual([
    ["weight", [5, 1, 3, 2]],
    ["bias", [5]],
  ]);
  const { grads } = variableGrads(() => sum(layer.forward(x)));
  expect(Object.keys(grads)).toHaveLength(2);
});

test("starts as PyTorch's does, or as it is told", () => {
  const largest = (layer: DepthwiseConv2d) =>
    [layer.weight, layer.bias].map(({ value }) => Math.max(...value.dataSync().map(Math.abs)));
  for (const value of largest(new DepthwiseConv2d({ channels: 64, size: 3 }).init(0))) {
    expect(value).toBeLessThanOrEqual(1 / 3);
    expect(value).toBeGreaterThan(0.8 / 3);
  }
  const told = new DepthwiseConv2d({ channels: 64, size: 3, init: normal(2), biasInit: zeros }).init(0);
  expect(largest(told)[0]).toBeGreaterThan(2);
  expect(largest(told)[1]).toBe(0);
});

test("tells its shape and its multiply-adds", () => {
  const { layers, macs, params } = summarize(new DepthwiseConv2d({ channels: 64, size: 3, padding: 1 }), [2, 7, 9, 64]);
  expect(layers[0]!.shape).toEqual([2, 7, 9, 64]);
  expect([params, macs]).toEqual([640, 2 * 7 * 9 * 576]);
});
