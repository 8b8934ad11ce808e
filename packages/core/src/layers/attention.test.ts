// Values and gradients against timm and PyTorch are in layers.goldens.test.ts.
import {
  type Tensor,
  type Tensor3D,
  add,
  mul,
  slice,
  sum,
  tensor3d,
  variableGrads,
  zeros,
} from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { documented, withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { capture } from "../capture.ts";
import type { Context } from "../context.ts";
import { attention } from "../ops/attention.ts";
import { unpackQkv } from "../ops/self-attention.ts";
import { RelativePositionBias } from "../positions/relative-bias.ts";
import { Rotary2d } from "../positions/rotary.ts";
import { Random } from "../random.ts";
import { Attention } from "./attention.ts";
import type { BranchInputs } from "./branch.ts";

const x = seeded(1).normals([2, 4, 8]) as Tensor3D;

describe.each([
  ["plain", {}],
  ["without qkv bias", { qkvBias: false }],
  ["with q/k norm", { qkNorm: true }],
  ["with relative positions", { relPos: new RelativePositionBias({ window: [2, 2], heads: 2 }) }],
  ["with rotary positions", { rotary: new Rotary2d({ grid: [2, 2], headWidth: 4 }) }],
])("%s", (_, options) => {
  test("has the gradient that differences give", async () => {
    using layer = new Attention({ width: 8, heads: 2, ...options }).init(1);
    await checkGradients((z) => layer.forward(z as Tensor3D), [x], { samples: 12, rtol: 2e-2 });
  });

  test("adds into a residual in the same pass", async () => {
    using layer = new Attention({ width: 8, heads: 2, ...options }).init(1);
    const residual = seeded(2).normals([2, 4, 8]) as Tensor3D;
    const into = layer.forward(x, {}, { residual });
    await expect(into).toBeAllClose(add(residual, layer.forward(x)));
  });

  test("offers weights whose rows sum to 1, and gives the same while looked at", async () => {
    using layer = new Attention({ width: 8, heads: 2, ...options }).init(1);
    const seen = capture(layer, x, ["weights", "proj"]);
    await expect(sum(seen["weights"]!, -1)).toBeAllClose({
      shape: [2, 2, 4],
      data: Array.from({ length: 16 }, () => 1),
    });
    await expect(seen["proj"]!).toBeAllClose(layer.forward(x));
  });
});

test("a causal mask hides what follows: a prefix gives what it gives alone", async () => {
  using layer = new Attention({ width: 8, heads: 2 }).init(1);
  const triangle = (n: number) =>
    tensor3d(
      Float32Array.from({ length: n * n }, (_, i) => (i % n <= Math.floor(i / n) ? 1 : 0)),
      [1, n, n],
    );
  const whole = layer.forward(x, {}, { mask: triangle(4) });
  const prefix = layer.forward(slice(x, [0, 0, 0], [2, 2, 8]), {}, { mask: triangle(2) });
  await expect(slice(whole, [0, 0, 0], [2, 2, 8])).toBeAllClose(prefix);
});

describe("positions on queries and keys apart", () => {
  const [queryPositions, keyPositions] = [3, 4].map((seed) => seeded(seed).normals([1, 4, 8])) as [Tensor3D, Tensor3D];

  /** From three projections of x + positions and x, each whole. */
  function composed(layer: Attention, z: Tensor3D, inputs: BranchInputs): Tensor3D {
    const [q] = unpackQkv(layer.qkv.forward(add(z, inputs.queryPositions ?? 0)));
    const [, k] = unpackQkv(layer.qkv.forward(add(z, inputs.keyPositions ?? 0)));
    const [, , v] = unpackQkv(layer.qkv.forward(z));
    return layer.proj.forward(attention(q, k, v, { heads: 2, mask: inputs.mask }));
  }

  const mask = tensor3d([1, 1, 0, 1, 0, 1, 1, 1], [2, 1, 4]);
  test.each<[string, BranchInputs]>([
    ["both", { queryPositions, keyPositions }],
    ["queries alone", { queryPositions }],
    ["keys alone, and a mask", { keyPositions, mask }],
    ["the same for both", { queryPositions, keyPositions: queryPositions }],
    ["for each picture", { queryPositions: x, keyPositions }],
  ])("%s: values and every gradient", async (_, inputs) => {
    for (const qkvBias of [true, false]) {
      using layer = new Attention({ width: 8, heads: 2, qkvBias }).init(1);
      await expect(layer.forward(x, {}, inputs)).toBeAllClose(composed(layer, x, inputs));
      const probe = seeded(5).normals([2, 4, 8]);
      const slopes = (forward: () => Tensor3D) => variableGrads(() => sum(mul(forward(), probe))).grads;
      const got = slopes(() => layer.forward(x, {}, inputs));
      const expected = slopes(() => composed(layer, x, inputs));
      for (const [path, { value }] of layer.params())
        await expect(got[value.name]!, path).toBeAllClose(expected[value.name]!);
    }
  });

  test("the gradient of tokens and positions is what differences give", async () => {
    using layer = new Attention({ width: 8, heads: 2 }).init(1);
    const forward = (...[z, q, k]: Tensor[]) =>
      layer.forward(z as Tensor3D, {}, { queryPositions: q as Tensor3D, keyPositions: k as Tensor3D });
    await checkGradients(forward, [x, queryPositions, keyPositions], { samples: 8, rtol: 2e-2 });
  });

  test("captures show the projection as one, the same while looked at", async () => {
    using layer = new Attention({ width: 8, heads: 2, qkNorm: true }).init(1);
    const inputs = { queryPositions, keyPositions };
    const model = { forward: (z: Tensor3D, ctx?: Context) => layer.forward(z, ctx, inputs) };
    const seen = capture(model, x, ["qkv", "weights", ""]);
    expect([seen["qkv"]!.shape, seen["weights"]!.shape]).toEqual([
      [2, 4, 24],
      [2, 2, 4, 4],
    ]);
    await expect(seen[""]!).toBeAllClose(layer.forward(x, {}, inputs));
    await expectNoLeak(() => layer.forward(x, {}, inputs).dispose());
  });

  test("that do not fit are refused", () => {
    using layer = new Attention({ width: 8, heads: 2 }).init(1);
    const wrong = zeros([2, 3, 8]) as Tensor3D;
    expect(() => layer.forward(x, {}, { keyPositions: wrong })).toThrow(
      "Attention key positions: expected shape [2, 4, 8], got [2, 3, 8]",
    );
  });
});

test("dropout after the projection acts while training alone", async () => {
  using layer = new Attention({ width: 8, heads: 2, dropout: 0.5 }).init(1);
  const residual = zeros([2, 4, 8]) as Tensor3D;
  const trained = await layer.forward(x, { training: true, random: new Random(1) }, { residual }).data();
  const inference = await layer.forward(x).data();
  const kept = [...trained].map((value, i) => value / inference[i]!);
  expect(kept.filter((factor) => Math.abs(factor) < 1e-6).length).toBeGreaterThan(16);
  expect(kept.filter((factor) => Math.abs(factor - 2) < 1e-3).length).toBeGreaterThan(16);
  expect(kept.every((factor) => Math.abs(factor * (factor - 2)) < 1e-2)).toBe(true);
});

test("packed where it can be, unpacked where queries and keys change", () => {
  const kernels = (layer: Attention) => {
    const { calls } = withFakeKernels(documented, () => layer.forward(x).dispose());
    layer.dispose();
    return calls.map(({ kernel }) => kernel.replace("Tessera", ""));
  };
  expect(kernels(new Attention({ width: 8, heads: 2 }).init(1))).toEqual(["Linear", "SelfAttention", "Linear"]);
  expect(kernels(new Attention({ width: 8, heads: 2, qkNorm: true }).init(1))).toEqual([
    "Linear",
    "LayerNorm",
    "LayerNorm",
    "Attention",
    "Linear",
  ]);
});

test("refuses widths that heads do not divide, and tokens of another width", () => {
  expect(() => new Attention({ width: 8, heads: 3 })).toThrow(
    "Attention: expected a width divisible by heads, got 8 / 3",
  );
  using layer = new Attention({ width: 8, heads: 2 }).init(1);
  expect(() => layer.forward(zeros([1, 2, 6]) as Tensor3D)).toThrow(
    "Attention: expected shape [b, n, 8], got [1, 2, 6]",
  );
});

test("leaks nothing", async () => {
  using layer = new Attention({
    width: 8,
    heads: 2,
    qkNorm: true,
    rotary: new Rotary2d({ grid: [2, 2], headWidth: 4 }),
  }).init(1);
  await expectNoLeak(() => layer.forward(x).dispose());
});
