import { type Tensor3D, add, mul, sum, variableGrads, zeros } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { documented, withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { capture } from "../capture.ts";
import type { Context } from "../context.ts";
import { Module } from "../module.ts";
import { Random } from "../random.ts";
import type { BlockInputs, BranchInputs } from "./branch.ts";
import { EncoderBlock, type EncoderBlockConfig } from "./encoder-block.ts";
import { RmsNorm } from "./layer-norm.ts";
import { Linear } from "./linear.ts";
import { SwiGlu } from "./mlp.ts";

const x = seeded(1).normals([2, 3, 8]) as Tensor3D;

function block(overrides: Partial<EncoderBlockConfig> = {}): EncoderBlock {
  return new EncoderBlock({ width: 8, heads: 2, mlpDim: 12, ...overrides }).init(1);
}

describe("at inference a block is seven op calls", () => {
  const d = [2, 3, 8];
  const linear = (inputs: Record<string, number[]>, activation = "none") => ({
    kernel: "TesseraLinear",
    inputs,
    attrs: { activation },
  });
  const norm = { kernel: "TesseraLayerNorm", inputs: { x: d, gamma: [8], beta: [8] }, attrs: { epsilon: 1e-6 } };

  test("norm, qkv, attention, projection into the sum, norm, fc1 with GELU, fc2 into the sum", () => {
    using layer = block();
    const { calls } = withFakeKernels(documented, () => layer.forward(x).dispose());
    expect(calls).toEqual([
      norm,
      linear({ x: d, weight: [24, 8], bias: [24] }),
      { kernel: "TesseraSelfAttention", inputs: { qkv: [2, 3, 24] }, attrs: { heads: 2, scale: 0.5 } },
      linear({ x: d, weight: [8, 8], bias: [8], residual: d }),
      norm,
      linear({ x: d, weight: [12, 8], bias: [12] }, "gelu"),
      linear({ x: [2, 3, 12], weight: [8, 12], bias: [8], residual: d }),
    ]);
  });

  test("layer scale is in the same calls, and dropout is none", () => {
    using layer = block({ layerScale: 0.1, dropPath: 0.5 });
    const { calls } = withFakeKernels(documented, () => layer.forward(x).dispose());
    expect(calls).toHaveLength(7);
    expect(calls[3]!.inputs).toEqual({ x: d, weight: [8, 8], bias: [8], scale: [8], residual: d });
    expect(calls[6]!.inputs).toEqual({ x: [2, 3, 12], weight: [8, 12], bias: [8], scale: [8], residual: d });
  });

  test("of post-norm too", () => {
    using layer = block({ order: "post" });
    const { calls } = withFakeKernels(documented, () => layer.forward(x).dispose());
    expect(calls.map(({ kernel }) => kernel.replace("Tessera", ""))).toEqual([
      "Linear",
      "SelfAttention",
      "Linear",
      "LayerNorm",
      "Linear",
      "Linear",
      "LayerNorm",
    ]);
  });
});

test("res-post-norm is its parts, step by step", async () => {
  using layer = block({ order: "res-post", layerScale: 0.3 });
  const { norm1, norm2, attn, mlp, ls1, ls2 } = layer;
  const middle: Tensor3D = add(x, ls1!.forward(norm1.forward(attn.forward(x))));
  const expected = add(middle, ls2!.forward(norm2.forward(mlp.forward(middle))));
  await expect(layer.forward(x)).toBeAllClose(expected);
  const seen = capture(layer, x, ["norm1", "attn", ""]);
  await expect(seen["norm1"]!).toBeAllClose(norm1.forward(seen["attn"] as Tensor3D));
  await expect(seen[""]!).toBeAllClose(expected);
});

describe.each(["pre", "post"] as const)("%s-norm", (order) => {
  test("is its parts, step by step", async () => {
    using layer = block({ order, layerScale: 0.3 });
    const { norm1, norm2, attn, mlp, ls1, ls2 } = layer;
    const branch = (h: Tensor3D, part: typeof attn, scale: typeof ls1) => scale!.forward(part.forward(h));
    let y = x;
    if (order === "pre") {
      y = add(y, branch(norm1.forward(y), attn, ls1));
      y = add(y, branch(norm2.forward(y), mlp, ls2));
    } else {
      y = norm1.forward(add(y, branch(y, attn, ls1)));
      y = norm2.forward(add(y, branch(y, mlp, ls2)));
    }
    await expect(layer.forward(x)).toBeAllClose(y);
  });

  test("has the gradient that differences give, and reaches every parameter", async () => {
    using layer = block({ order, layerScale: 0.5 });
    await checkGradients((z) => layer.forward(z as Tensor3D), [x], { samples: 12 });
    const { value, grads } = variableGrads(() => sum(mul(layer.forward(x), x)));
    expect(Object.keys(grads)).toHaveLength(layer.params().size);
    for (const result of [value, ...Object.values(grads)]) result.dispose();
  });

  test("looked at, it gives the same", async () => {
    using layer = block({ order });
    const fused = layer.forward(x);
    await expect(layer.forward(x, { capture: () => {} })).toBeAllClose(fused);
  });
});

test("mlp.fc1 shows what timm's shows: values before the activation", async () => {
  using layer = block();
  const seen = capture(layer, x, ["norm2", "mlp.fc1"]);
  const fc1 = layer.modules().get("mlp.fc1") as Linear;
  await expect(seen["mlp.fc1"]!).toBeAllClose(fc1.forward(seen["norm2"]!));
});

describe("drop path", () => {
  test("drops whole samples of a branch, and enlarges the others", async () => {
    using layer = block({ dropPath: 0.5 });
    // With the attention silenced, only the MLP's branch is left to be dropped.
    for (const path of ["attn.proj.weight", "attn.proj.bias"])
      layer
        .params()
        .get(path)!
        .set(new Float32Array(path.endsWith("weight") ? 64 : 8));
    const inference = await layer.forward(x).data();
    const given = await x.data();
    const seen = new Set<string>();
    for (let seed = 0; seed < 8; seed++) {
      const trained = await layer.forward(x, { training: true, random: new Random(seed) }).data();
      for (const sample of [0, 1]) {
        const at = [...trained.keys()].slice(sample * 24, sample * 24 + 24);
        const factors = at.map((i) => (trained[i]! - given[i]!) / (inference[i]! - given[i]!));
        const factor = Math.round(factors[0]!);
        for (const other of factors) expect(other).toBeCloseTo(factor, 1);
        seen.add(`${sample}:${factor}`);
      }
    }
    expect([...seen].sort()).toEqual(["0:0", "0:2", "1:0", "1:2"]);
  });
});

test("what a block is given besides tokens reaches its branches", () => {
  const given: BranchInputs[] = [];
  class Listening extends Module {
    forward(h: Tensor3D, _: Context = {}, inputs: BranchInputs = {}): Tensor3D {
      given.push(inputs);
      return h;
    }
  }
  using layer = block({ attn: new Listening(), mlp: new Listening() });
  const inputs: BlockInputs = { grid: [1, 3], mask: zeros([1, 1, 3]) as Tensor3D, queryPositions: x, keyPositions: x };
  layer.forward(x, {}, inputs);
  expect(given).toEqual([inputs, inputs]);
});

test("parts are injected: another norm, another MLP, a branch of one's own", async () => {
  class Own extends Module {
    readonly fc = new Linear(8, 8);
    forward(h: Tensor3D, ctx: Context = {}): Tensor3D {
      return this.fc.forward(h, ctx);
    }
  }
  using layer = block({
    norm: (width, epsilon) => new RmsNorm(width, epsilon),
    mlp: new SwiGlu({ width: 8, hidden: 4 }),
    attn: new Own(),
    layerScale: 0.2,
  });
  expect([...layer.params().keys()]).toEqual([
    "norm1.weight",
    "attn.fc.weight",
    "attn.fc.bias",
    "ls1.gamma",
    "norm2.weight",
    "mlp.fc1.weight",
    "mlp.fc1.bias",
    "mlp.fc2.weight",
    "mlp.fc2.bias",
    "ls2.gamma",
  ]);
  const attended = add(x, mul(layer.attn.forward(layer.norm1.forward(x)), 0.2)) as Tensor3D;
  await expect(layer.forward(x)).toBeAllClose(
    add(attended, mul(layer.mlp.forward(layer.norm2.forward(attended)), 0.2)),
  );
});

test("refuses tokens of another width", () => {
  using layer = block();
  expect(() => layer.forward(zeros([1, 2, 6]) as Tensor3D)).toThrow("expected gamma [6], got [8]");
});

test("leaks nothing, at inference and in training", async () => {
  using layer = block({ layerScale: 0.1, dropPath: 0.3 });
  await expectNoLeak(() => {
    layer.forward(x).dispose();
    const step = () => sum(layer.forward(x, { training: true, random: new Random(1) })) as never;
    const { value, grads } = variableGrads(step);
    for (const result of [value, ...Object.values(grads)]) result.dispose();
  });
});
