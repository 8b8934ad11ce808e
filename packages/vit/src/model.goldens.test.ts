// Parity with timm: logits, every tap and every gradient of tiny models with each option of the family.
import { type Tensor, type Tensor4D, mul, slice, sum, tensor, transpose, variableGrads } from "@tensorflow/tfjs-core";
import { capture } from "@tessera/core";
import { type Goldens, cosine, inPrecision, lowerPrecisions, readGoldens, restore } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import type { VitConfig } from "./config.ts";
import { Vit } from "./model.ts";

const files = {
  vit: new URL("./__fixtures__/vit.safetensors", import.meta.url),
  vit_rect: new URL("./__fixtures__/vit_rect.safetensors", import.meta.url),
  vit_avgpool: new URL("./__fixtures__/vit_avgpool.safetensors", import.meta.url),
  vit_layerscale_noembedclass: new URL("./__fixtures__/vit_layerscale_noembedclass.safetensors", import.meta.url),
  vit_registers: new URL("./__fixtures__/vit_registers.safetensors", import.meta.url),
  vit_qknorm_noqkvbias: new URL("./__fixtures__/vit_qknorm_noqkvbias.safetensors", import.meta.url),
  vit_prenorm_mlp2: new URL("./__fixtures__/vit_prenorm_mlp2.safetensors", import.meta.url),
  vit_nocls_map: new URL("./__fixtures__/vit_nocls_map.safetensors", import.meta.url),
  deit_distilled: new URL("./__fixtures__/deit_distilled.safetensors", import.meta.url),
};

/** Arguments of timm's constructor. */
interface TimmConfig {
  img_size: number | [number, number];
  patch_size: number | [number, number];
  embed_dim: number;
  depth: number;
  num_heads: number;
  num_classes: number;
  mlp_ratio?: number;
  global_pool?: "token" | "avg" | "map";
  init_values?: number;
  no_embed_class?: boolean;
  reg_tokens?: number;
  qk_norm?: boolean;
  qkv_bias?: boolean;
  pre_norm?: boolean;
  class_token?: boolean;
}

function configOf(timm: TimmConfig, name: string): VitConfig {
  return {
    imageSize: timm.img_size,
    patchSize: timm.patch_size,
    width: timm.embed_dim,
    depth: timm.depth,
    heads: timm.num_heads,
    mlpDim: timm.embed_dim * (timm.mlp_ratio ?? 4),
    classes: timm.num_classes,
    pool: timm.global_pool === "avg" ? "mean" : timm.global_pool === "map" ? "attention" : "token",
    layerScale: timm.init_values,
    positionOnPrefix: !timm.no_embed_class,
    registers: timm.reg_tokens,
    qkNorm: timm.qk_norm,
    qkvBias: timm.qkv_bias,
    preNorm: timm.pre_norm,
    classToken: timm.class_token,
    distilled: name.startsWith("deit_distilled"),
  };
}

async function loaded(name: keyof typeof files): Promise<{ goldens: Goldens; model: Vit; images: Tensor4D }> {
  const goldens = await readGoldens(files[name]);
  const model = new Vit(configOf(goldens.config as unknown as TimmConfig, name));
  const weights = [...goldens.tensors]
    .filter(([key]) => key.startsWith("weights/"))
    .map(([key, value]) => [key.slice(8), restore(value)]);
  await model.load(Object.fromEntries(weights));
  return { goldens, model, images: transpose(restore(goldens.get("input")), [0, 2, 3, 1]) as Tensor4D };
}

describe.each(Object.keys(files) as (keyof typeof files)[])("%s", (name) => {
  test("gives timm's logits", async () => {
    const { goldens, model, images } = await loaded(name);
    await expect(model.forward(images)).toBeAllClose(goldens.get("logits"));
    model.dispose();
  });

  test.each(lowerPrecisions())("gives logits in %s that point where timm's do", async (precision) => {
    const { goldens, model, images } = await loaded(name);
    const logits = await inPrecision(precision, () => model.forward(images).data());
    const classes = goldens.get("logits").shape.at(-1)!;
    const expected = goldens.get("logits").data;
    for (let i = 0; i < logits.length; i += classes)
      expect(cosine(logits.subarray(i, i + classes), expected.slice(i, i + classes))).toBeGreaterThan(0.999);
    model.dispose();
  });

  test("gives timm's intermediate values, and the same logits while they are looked at", async () => {
    const { goldens, model, images } = await loaded(name);
    const taps = [...goldens.tensors.keys()].filter((key) => key.startsWith("tap/")).map((key) => key.slice(4));
    expect(taps.length).toBeGreaterThan(2);
    const seen = capture(model, images, taps);
    for (const tap of taps) await expect(seen[tap]!).toBeAllClose(goldens.get(`tap/${tap}`));
    model.dispose();
  });

  test("gives timm's gradient for every parameter", async () => {
    const { goldens, model, images } = await loaded(name);
    const probe = restore(goldens.get("probe"));
    const { grads } = variableGrads(() => sum(mul(model.forward(images), probe)));
    const expected = [...goldens.tensors.keys()].filter((key) => key.startsWith("grads/")).map((key) => key.slice(6));
    expect([...model.params().keys()].sort()).toEqual(expected.sort());
    for (const [path, param] of model.params()) {
      await expect(grads[param.value.name] as Tensor).toBeAllClose(goldens.get(`grads/${path}`));
    }
    model.dispose();
  });
});

test("a batch gives the same as its pictures one by one", async () => {
  const { model, images } = await loaded("vit");
  const both = (await model.forward(images).data()) as Float32Array;
  const first = slice(images, [0, 0, 0, 0], [1, -1, -1, -1]);
  await expect(model.forward(first)).toBeAllClose(tensor(both.slice(0, 10), [1, 10]));
});
