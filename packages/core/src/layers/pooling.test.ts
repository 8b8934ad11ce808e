// Attention pooling itself is tested in pool.test.ts.
import { type Tensor3D, concat, mean, slice, squeeze } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { layerNorm } from "../ops/layer-norm.ts";
import { Pooling, type PoolingConfig, averageHeads } from "./pooling.ts";

const tokens = seeded(1).normals([2, 5, 8]) as Tensor3D;
const make = (config: Partial<PoolingConfig> = {}) => new Pooling({ width: 8, heads: 2, ...config }).init(1);
const at = (index: number) => squeeze(slice(tokens, [0, index, 0], [2, 1, 8]), [1]);

test("token: the first one, or the first two for two heads", async () => {
  const [first, ...others] = make().forward(tokens);
  await expect(first!).toBeAllClose(at(0));
  expect(others).toEqual([]);
  const both = make({ tokens: 2 }).forward(tokens);
  expect(both).toHaveLength(2);
  for (const [index, vector] of both.entries()) await expect(vector).toBeAllClose(at(index));
  await expect(averageHeads(both)).toBeAllClose(mean(slice(tokens, [0, 0, 0], [2, 2, 8]), 1));
});

test("mean: of the patches, not of the tokens before them", async () => {
  const [pooled] = make({ pool: "mean", prefix: 2 }).forward(tokens);
  await expect(pooled!).toBeAllClose(mean(slice(tokens, [0, 2, 0], [2, 3, 8]), 1));
});

test("token and mean: side by side, twice as wide", async () => {
  const pooling = make({ pool: "token-and-mean", prefix: 2 });
  const [pooled] = pooling.forward(tokens);
  expect(pooling.width).toBe(16);
  await expect(pooled!).toBeAllClose(concat([at(0), mean(slice(tokens, [0, 2, 0], [2, 3, 8]), 1)], 1));
});

test("a norm after pooling, at timm's path", async () => {
  using pooling = make({ pool: "mean", norm: true, epsilon: 1e-3 });
  expect([...pooling.params().keys()]).toEqual(["fc_norm.weight", "fc_norm.bias"]);
  const { weight, bias } = pooling.fcNorm!;
  const [pooled] = pooling.forward(tokens);
  await expect(pooled!).toBeAllClose(layerNorm(mean(tokens, 1), weight.value as never, bias.value as never, 1e-3));
});

test("attention: what the pool gives, at timm's path", async () => {
  using pooling = make({ pool: "attention" });
  expect([...pooling.params().keys()].every((path) => path.startsWith("attn_pool."))).toBe(true);
  await expect(pooling.forward(tokens)[0]!).toBeAllClose(pooling.attnPool!.forward(tokens));
});

describe.each(["token", "mean", "attention"] as const)("%s", (pool) => {
  test("has the gradient that differences give, and leaks nothing", async () => {
    using pooling = make({ pool, norm: true });
    await checkGradients((x) => pooling.forward(x as Tensor3D)[0]!, [tokens], { samples: 16, atol: 2e-3 });
    await expectNoLeak(() => {
      for (const pooled of pooling.forward(tokens)) pooled.dispose();
    });
  });
});
