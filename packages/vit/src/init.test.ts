// Which initialiser each codebase gives to each part; the initialisers' own statistics are core's tests.
import { type Initializer, Random, lecunNormal, xavierUniform, xavierUniformQkv, zeros } from "@tessera/core";
import { afterAll, describe, expect, test } from "vitest";
import { type VitInit, vitInit } from "./init.ts";
import { Vit } from "./model.ts";

const width = 64;
const model = new Vit({
  imageSize: 16,
  patchSize: 4,
  width,
  depth: 1,
  heads: 2,
  mlpDim: 128,
  classes: 20,
  distilled: true,
  registers: 2,
  layerScale: 0.1,
});
const pooled = new Vit({
  imageSize: 16,
  patchSize: 4,
  width,
  depth: 1,
  heads: 2,
  mlpDim: 128,
  classes: 20,
  pool: "attention",
});
afterAll(() => model.dispose());

function chosen(scheme: VitInit, path: string, of = model): Initializer {
  const param = of.params().get(path)!;
  return vitInit(scheme)(path, param) ?? param.initializer;
}

function drawn(scheme: VitInit, path: string, of = model): Float32Array {
  return chosen(scheme, path, of)(new Random(1), of.params().get(path)!.shape);
}

/** Root of the mean square: the standard deviation around 0. */
function spread(values: Float32Array): number {
  return Math.hypot(...values) / Math.sqrt(values.length);
}

const attention = ["blocks.0.attn.qkv", "blocks.0.attn.proj"];
const mlp = ["blocks.0.mlp.fc1", "blocks.0.mlp.fc2"];
const heads = ["head", "head_dist"];
const tokens = ["cls_token", "reg_token"];

describe.each(["jax", "jax_nlhb", "google", "big_vision"] as const)("%s", (scheme) => {
  test("patch kernel LeCun, weights Glorot, biases 0, those of the MLP 1e-6", () => {
    expect(chosen(scheme, "patch_embed.proj.weight")).toBe(lecunNormal);
    for (const layer of [...attention, ...mlp]) expect(chosen(scheme, `${layer}.weight`)).toBe(xavierUniform);
    for (const layer of [...attention, "patch_embed.proj"]) expect(chosen(scheme, `${layer}.bias`)).toBe(zeros);
    for (const layer of mlp) expect(spread(drawn(scheme, `${layer}.bias`)) / 1e-6).toBeCloseTo(1, 0);
  });

  test("head 0", () => {
    for (const head of heads) {
      expect(chosen(scheme, `${head}.weight`)).toBe(zeros);
      const bias = scheme === "jax_nlhb" ? Math.fround(-Math.log(20)) : 0;
      for (const value of drawn(scheme, `${head}.bias`)) expect(value + 0).toBe(bias);
    }
  });

  test("the query of attention pooling keeps its own", () => {
    expect(vitInit(scheme)("attn_pool.latent", pooled.params().get("attn_pool.latent")!)).toBeUndefined();
    expect(chosen(scheme, "attn_pool.kv.weight", pooled)).toBe(xavierUniform);
  });
});

test("positions and tokens", () => {
  const positions = { timm: 0.02, jax: 0.02, moco: 0.02, google: 0.02, big_vision: width ** -0.5, huggingface: 0.02 };
  for (const [scheme, std] of Object.entries(positions)) {
    expect(spread(drawn(scheme as VitInit, "pos_embed")) / std, scheme).toBeCloseTo(1, 1);
  }
  for (const token of tokens) {
    for (const scheme of ["google", "big_vision"] as const) expect(chosen(scheme, token)).toBe(zeros);
    for (const scheme of ["timm", "jax", "moco"] as const) {
      const size = spread(drawn(scheme, token));
      expect(size).toBeGreaterThan(5e-7);
      expect(size).toBeLessThan(2e-6);
    }
    expect(spread(drawn("huggingface", token)) / 0.02).toBeCloseTo(1, 0);
  }
});

test("timm: normal 0.02, biases 0, patches as PyTorch's convolution", () => {
  for (const layer of [...attention, ...mlp, ...heads]) {
    expect(spread(drawn("timm", `${layer}.weight`)) / 0.02, layer).toBeCloseTo(1, 1);
    expect(chosen("timm", `${layer}.bias`)).toBe(zeros);
  }
  const limit = (3 * 4 * 4) ** -0.5;
  for (const part of ["weight", "bias"]) {
    const values = drawn("timm", `patch_embed.proj.${part}`);
    expect(Math.max(...values.map(Math.abs)) / limit).toBeGreaterThan(0.9);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(limit);
  }
});

test("moco: Glorot with the fused weight taken as three, patches untouched", () => {
  expect(chosen("moco", "blocks.0.attn.qkv.weight")).toBe(xavierUniformQkv);
  for (const layer of ["blocks.0.attn.proj", ...mlp, ...heads])
    expect(chosen("moco", `${layer}.weight`)).toBe(xavierUniform);
  expect(vitInit("moco")("patch_embed.proj.weight", model.params().get("patch_embed.proj.weight")!)).toBeUndefined();
  expect(vitInit("moco")("attn_pool.latent", pooled.params().get("attn_pool.latent")!)).toBeUndefined();
});

test("huggingface: normal 0.02 for all but norms, biases 0", () => {
  for (const layer of ["patch_embed.proj", ...attention, ...mlp, ...heads]) {
    expect(spread(drawn("huggingface", `${layer}.weight`)) / 0.02, layer).toBeCloseTo(1, 1);
    expect(chosen("huggingface", `${layer}.bias`)).toBe(zeros);
  }
});

test.each(["timm", "jax", "jax_nlhb", "moco", "google", "big_vision", "huggingface"] as const)(
  "%s leaves norms and layer scale alone",
  async (scheme) => {
    model.init(3, vitInit(scheme));
    const expected = {
      "norm.weight": 1,
      "norm.bias": 0,
      "blocks.0.norm1.weight": 1,
      "blocks.0.ls1.gamma": Math.fround(0.1),
    };
    for (const [path, value] of Object.entries(expected)) {
      const values = [...(await model.params().get(path)!.value.data())];
      expect(new Set(values), path).toEqual(new Set([value]));
    }
  },
);
