// Attention pooling against timm's AttentionPoolLatent: packages/vit, vit_nocls_map.
import { type Tensor3D, sum, tensor3d } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { capture } from "../capture.ts";
import { AttentionPool, meanPool, tokenAt } from "./pool.ts";

const x = tensor3d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 3, 2]);

test("one token, or the mean of those after the prefix", async () => {
  await expect(tokenAt(x, 1)).toBeAllClose([
    [3, 4],
    [9, 10],
  ]);
  await expect(meanPool(x)).toBeAllClose([
    [3, 4],
    [9, 10],
  ]);
  await expect(meanPool(x, 1)).toBeAllClose([
    [4, 5],
    [10, 11],
  ]);
  await expectNoLeak(() => {
    tokenAt(x, 0).dispose();
    meanPool(x, 2).dispose();
  });
});

test("attention pooling: weights over tokens sum to 1, gradients are right, nothing leaks", async () => {
  using pool = new AttentionPool({ width: 4, heads: 2, mlpDim: 6 }).init(1);
  const tokens = seeded(1).normals([2, 3, 4]) as Tensor3D;
  const seen = capture(pool, tokens, ["weights", "proj", "mlp"]);
  expect(seen["weights"]!.shape).toEqual([2, 2, 1, 3]);
  await expect(sum(seen["weights"]!, -1)).toBeAllClose({ shape: [2, 2, 1], data: [1, 1, 1, 1] });
  await checkGradients((z) => pool.forward(z as Tensor3D), [tokens]);
  await expectNoLeak(() => pool.forward(tokens).dispose());
});

test("does not care for the order of tokens", async () => {
  using pool = new AttentionPool({ width: 2, heads: 1 }).init(1);
  const turned = tensor3d([5, 6, 3, 4, 1, 2, 11, 12, 9, 10, 7, 8], [2, 3, 2]);
  await expect(pool.forward(turned)).toBeAllClose(pool.forward(x));
});

test("refuses shapes that do not fit", () => {
  expect(() => new AttentionPool({ width: 4, heads: 3 })).toThrow(
    "AttentionPool: expected a width divisible by heads, got 4 / 3",
  );
  using pool = new AttentionPool({ width: 4, heads: 2 }).init(1);
  expect(() => pool.forward(x)).toThrow("AttentionPool: expected shape [b, n, 4], got [2, 3, 2]");
});
