// Parity with timm: logits, every tap and every gradient of tiny models with each option of the family.
import { type Tensor, type Tensor4D, mul, slice, sum, tensor, transpose, variableGrads } from "@tensorflow/tfjs-core";
import { capture } from "@tessera/core";
import { type Goldens, cosine, inPrecision, lowerPrecisions, readGoldens, restore } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import type { TntConfig } from "./config.ts";
import { Tnt } from "./model.ts";

const files = {
  tnt: new URL("./__fixtures__/tnt.safetensors", import.meta.url),
  tnt_avgpool_qkvbias: new URL("./__fixtures__/tnt_avgpool_qkvbias.safetensors", import.meta.url),
  tnt_legacy: new URL("./__fixtures__/tnt_legacy.safetensors", import.meta.url),
};

const exact = { rtol: 1e-4, atol: 1e-5 };
/** Sums over all pixels behind norms of four values: PyTorch's own float32 is up to 5.6e-5 off here. */
const rounded = { ...exact, atol: 3e-5 };

/** Arguments of timm's constructor. */
interface TimmConfig {
  img_size: number;
  patch_size: number;
  embed_dim: number;
  inner_dim: number;
  depth: number;
  num_heads_inner: number;
  num_heads_outer: number;
  num_classes: number;
  global_pool?: "token" | "avg";
  qkv_bias?: boolean;
  legacy?: boolean;
}

function configOf(timm: TimmConfig): TntConfig {
  return {
    imageSize: timm.img_size,
    patchSize: timm.patch_size,
    width: timm.embed_dim,
    innerWidth: timm.inner_dim,
    depth: timm.depth,
    heads: timm.num_heads_outer,
    innerHeads: timm.num_heads_inner,
    mlpDim: 4 * timm.embed_dim,
    classes: timm.num_classes,
    pool: timm.global_pool === "avg" ? "mean" : "token",
    qkvBias: timm.qkv_bias,
    legacy: timm.legacy,
  };
}

async function loaded(name: keyof typeof files): Promise<{ goldens: Goldens; model: Tnt; images: Tensor4D }> {
  const goldens = await readGoldens(files[name]);
  const model = new Tnt(configOf(goldens.config as unknown as TimmConfig));
  const weights = [...goldens.tensors]
    .filter(([key]) => key.startsWith("weights/"))
    .map(([key, value]) => [key.slice(8), restore(value)]);
  await model.load(Object.fromEntries(weights));
  return { goldens, model, images: transpose(restore(goldens.get("input")), [0, 2, 3, 1]) as Tensor4D };
}

/** A block of timm gives words and tokens, and what was stored of it are the words. */
function pathOf(tap: string): string {
  return /^blocks\.\d+$/.test(tap) ? `${tap}.words` : tap;
}

describe.each(Object.keys(files) as (keyof typeof files)[])("%s", (name) => {
  test("gives timm's logits", async () => {
    const { goldens, model, images } = await loaded(name);
    await expect(model.forward(images)).toBeAllClose(goldens.get("logits"), exact);
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
    expect(taps).toHaveLength(6);
    const seen = capture(model, images, [...taps.map(pathOf), "head"]);
    for (const tap of taps) await expect(seen[pathOf(tap)]!).toBeAllClose(goldens.get(`tap/${tap}`), exact);
    await expect(seen["head"]!).toBeAllClose(goldens.get("logits"), exact);
    model.dispose();
  });

  test("gives timm's gradient for every parameter", async () => {
    const { goldens, model, images } = await loaded(name);
    const probe = restore(goldens.get("probe"));
    const { grads } = variableGrads(() => sum(mul(model.forward(images), probe)));
    const expected = [...goldens.tensors.keys()].filter((key) => key.startsWith("grads/")).map((key) => key.slice(6));
    expect([...model.params().keys()].sort()).toEqual(expected.sort());
    for (const [path, param] of model.params()) {
      const tolerance = path === "pixel_embed.proj.weight" ? rounded : exact;
      await expect(grads[param.value.name] as Tensor).toBeAllClose(goldens.get(`grads/${path}`), tolerance);
    }
    model.dispose();
  });
});

test("a batch gives the same as its pictures one by one", async () => {
  const { model, images } = await loaded("tnt");
  const both = (await model.forward(images).data()) as Float32Array;
  const first = slice(images, [0, 0, 0, 0], [1, -1, -1, -1]);
  await expect(model.forward(first)).toBeAllClose(tensor(both.slice(0, 10), [1, 10]), exact);
});
