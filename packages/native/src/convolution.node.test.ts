import { type Tensor, type Tensor4D, grads, setBackend, tensor } from "@tensorflow/tfjs-core";
import { batchStatistics, convolution } from "@tessera/core";
import { expect, test } from "vitest";
import { given } from "./__fixtures__/both.ts";
import { configureNative } from "./index.ts";

test("gradients are the same to the bit with any number of threads", async () => {
  const x = given(1, [9, 32, 32, 16]);
  const weight = given(2, [24, 16, 3, 3]);
  const run = async (threads: number) => {
    configureNative({ threads });
    await setBackend("native");
    const convolve = (...[a, b]: Tensor[]) => convolution(a as Tensor4D, b as Tensor4D, { padding: 1 });
    const [a, b] = [tensor(x.values.slice(), x.shape), tensor(weight.values.slice(), weight.shape)];
    const { mean, variance } = batchStatistics(a);
    const values = [...grads(convolve)([a, b]), mean, variance].map((slope) => slope.dataSync().slice());
    return values;
  };
  const one = await run(1);
  expect(await run(2)).toEqual(one);
  expect(await run(3)).toEqual(one);
});
