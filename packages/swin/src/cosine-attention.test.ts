// One attention of version 2 alone, with masks of the reference's own and a factor beyond its limit.
import {
  type Tensor,
  type Tensor3D,
  add,
  concat,
  mul,
  reshape,
  slice,
  sum,
  variableGrads,
} from "@tensorflow/tfjs-core";
import { attentionWeights, capture, selfAttention, unpackQkv } from "@tessera/core";
import { readGoldens, restore, restoredUnder } from "@tessera/testing";
import { expect, test } from "vitest";
import { CosineAttention } from "./cosine-attention.ts";

const goldens = await readGoldens(new URL("./__fixtures__/swinv2_attention.safetensors", import.meta.url));
const windows = { window: [3, 3], shift: [0, 0], padFirst: false } as const;
const exact = { rtol: 1e-4, atol: 1e-5 };

async function loaded(): Promise<CosineAttention> {
  const attention = new CosineAttention({ width: 12, heads: 3, windows });
  return attention.load(Object.fromEntries(restoredUnder(goldens, "weights/")));
}

/** Each of four windows with the mask of its place among two. */
function ofEach(compute: (window: Tensor3D, mask: Tensor) => Tensor): Tensor {
  const [input, mask] = [restore(goldens.get("input")) as Tensor3D, restore(goldens.get("mask")) as Tensor3D];
  const part = (x: Tensor3D, i: number) => slice(x, [i, 0, 0], [1, -1, -1]);
  return concat([0, 1, 2, 3].map((i) => compute(part(input, i), part(mask, i % 2))));
}

test("gives timm's output, weights, and gradient of every parameter", async () => {
  using attention = await loaded();
  const biasWith = (mask: Tensor) => add(attention.position.bias(), mask) as Tensor3D;
  const forward = () =>
    ofEach((window, mask) => {
      const { qkv } = attention.project(window);
      return attention.proj.forward(selfAttention(qkv, { heads: 3, scale: 1, bias: biasWith(mask) }));
    });
  await expect(forward()).toBeAllClose(goldens.get("logits"), exact);
  const weights = ofEach((window, mask) => {
    const [q, k] = unpackQkv(attention.project(window).qkv);
    return attentionWeights(q, k, { heads: 3, scale: 1, bias: biasWith(mask) });
  });
  await expect(weights).toBeAllClose(goldens.get("tap/weights"), exact);

  const { grads } = variableGrads(() => sum(mul(forward(), restore(goldens.get("probe")))));
  const expected = new Map(restoredUnder(goldens, "grads/"));
  expect(new Set(attention.params().keys())).toEqual(new Set(expected.keys()));
  for (const [path, { value }] of attention.params())
    await expect(grads[value.name] as Tensor, path).toBeAllClose(expected.get(path)!, exact);
  const slopes = await grads[attention.logitScale.value.name]!.data();
  expect(slopes[2]).toBe(0);
});

test("shows its positions before they are squashed", async () => {
  using attention = await loaded();
  const seen = capture(attention, restore(goldens.get("input")) as Tensor3D, ["cpb_mlp"]);
  await expect(reshape(seen["cpb_mlp"]!, [1, 5, 5, 3])).toBeAllClose(goldens.get("tap/cpb_mlp"), exact);
});
