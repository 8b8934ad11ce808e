import { type Tensor, concat, grad, mul, sum, tensor3d } from "@tensorflow/tfjs-core";
import { expectNoLeak } from "@tessera/testing";
import { expect, test } from "vitest";
import { ones } from "../init/initializers.ts";
import { Param } from "../param.ts";
import { prependTokens, splitPrefix } from "./tokens.ts";

const x = tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);

function param(...values: number[]): Param {
  const token = new Param([1, values.length / 2, 2], ones);
  token.set(Float32Array.from(values));
  return token;
}

test("puts tokens before each sequence, in order; those that are not there are left out", async () => {
  const tokens = [param(10, 11), undefined, param(20, 21, 22, 23)];
  const y = prependTokens(x, tokens);
  await expect(y).toBeAllClose([
    [
      [10, 11],
      [20, 21],
      [22, 23],
      [1, 2],
      [3, 4],
    ],
    [
      [10, 11],
      [20, 21],
      [22, 23],
      [5, 6],
      [7, 8],
    ],
  ]);
  expect(prependTokens(x, [undefined])).toBe(x);
});

test("gradients of a token add up over the batch", async () => {
  const token = param(1, 1);
  const { value } = token;
  const weights = tensor3d([1, 2, 9, 9, 9, 9, 3, 4, 9, 9, 9, 9], [2, 3, 2]);
  const slope = grad(() => sum(mul(prependTokens(x, [token]), weights)))(value as Tensor);
  await expect(slope).toBeAllClose([[[4, 6]]]);
});

test("splits what it has joined", async () => {
  const y = prependTokens(x, [param(10, 11)]);
  const [prefix, patches] = splitPrefix(y, 1);
  await expect(patches).toBeAllClose(x);
  expect(prefix.shape).toEqual([2, 1, 2]);
  await expect(concat([prefix, patches], 1)).toBeAllClose(y);
});

test("leaks nothing", async () => {
  const token = param(1, 2);
  await expectNoLeak(() => prependTokens(x, [token]).dispose());
});
