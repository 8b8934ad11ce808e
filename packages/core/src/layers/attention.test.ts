// Values and gradients against timm and PyTorch are in layers.goldens.test.ts.
import { type Tensor3D, add, slice, sum, tensor3d, zeros } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { documented, withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { capture } from "../capture.ts";
import { RelativePositionBias } from "../positions/relative-bias.ts";
import { Rotary2d } from "../positions/rotary.ts";
import { Random } from "../random.ts";
import { Attention } from "./attention.ts";

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
  const whole = layer.forward(x, {}, undefined, { mask: triangle(4) });
  const prefix = layer.forward(slice(x, [0, 0, 0], [2, 2, 8]), {}, undefined, { mask: triangle(2) });
  await expect(slice(whole, [0, 0, 0], [2, 2, 8])).toBeAllClose(prefix);
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
