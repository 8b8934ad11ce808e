import { engine } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { ones } from "./init/initializers.ts";
import { Attention } from "./layers/attention.ts";
import { CrossAttention } from "./layers/cross-attention.ts";
import { EncoderBlock } from "./layers/encoder-block.ts";
import { Head } from "./layers/head.ts";
import { RmsNorm } from "./layers/layer-norm.ts";
import { Linear } from "./layers/linear.ts";
import { SwiGlu } from "./layers/mlp.ts";
import { PatchEmbed } from "./layers/patch-embed.ts";
import { Pooling } from "./layers/pooling.ts";
import { type Description, Module } from "./module.ts";
import { Param } from "./param.ts";
import { RelativePositionBias } from "./positions/relative-bias.ts";
import type { Shape } from "./shape.ts";
import { type Summary, summarize } from "./summarize.ts";

function expectConsistent({ layers, params, macs }: Summary): void {
  expect(layers.reduce((sum, layer) => sum + layer.params, 0)).toBe(params);
  expect(layers.reduce((sum, layer) => sum + layer.macs, 0)).toBe(macs);
}

test("rows in order of execution, with shape, parameters and multiply-adds of their own; nothing is allocated", () => {
  const before = engine().state.numTensors;
  const summary = summarize(new EncoderBlock({ width: 8, heads: 2, layerScale: 1 }), [2, 5, 8]);
  expect(summary.layers.map((row) => [row.path, row.kind, row.shape?.join(), row.params, row.macs])).toEqual([
    ["", "EncoderBlock", "2,5,8", 0, 0],
    ["norm1", "LayerNorm", "2,5,8", 16, 0],
    ["attn", "Attention", "2,5,8", 0, 2 * 2 * 5 * 5 * 8],
    ["attn.qkv", "Linear", "2,5,24", 24 * 8 + 24, 10 * 24 * 8],
    ["attn.proj", "Linear", "2,5,8", 64 + 8, 10 * 64],
    ["ls1", "LayerScale", "2,5,8", 8, 0],
    ["norm2", "LayerNorm", "2,5,8", 16, 0],
    ["mlp", "Mlp", "2,5,8", 0, 0],
    ["mlp.fc1", "Linear", "2,5,32", 8 * 32 + 32, 10 * 8 * 32],
    ["mlp.fc2", "Linear", "2,5,8", 8 * 32 + 8, 10 * 8 * 32],
    ["ls2", "LayerScale", "2,5,8", 8, 0],
  ]);
  expectConsistent(summary);
  expect(engine().state.numTensors).toBe(before);
});

test("patch embedding: a convolution's multiply-adds", () => {
  const embed = new PatchEmbed({ imageSize: [32, 48], patchSize: 16, width: 10, norm: true });
  const summary = summarize(embed, [1, 32, 48, 3]);
  expectConsistent(summary);
  expect(summary.macs).toBe(6 * 16 * 16 * 3 * 10);
  expect(summary.layers.map(({ path, shape }) => [path, shape])).toEqual([
    ["", [1, 6, 10]],
    ["proj", [1, 6, 10]],
    ["norm", [1, 6, 10]],
  ]);
});

test.each([
  ["token", {}, 0],
  ["mean, with a norm", { pool: "mean", norm: true }, 0],
  ["attention", { pool: "attention", heads: 2 }, 64 + 5 * 8 * 16 + 2 * 5 * 8 + 64 + 2 * 8 * 32],
] as const)("groups have no row, their parts have: a head over pooling by %s", (_, options, macs) => {
  class Top extends Module {
    readonly pool = new Pooling({ width: 8, ...options });
    readonly head = new Head({ width: 8, classes: 3, preLogits: true });
    override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
      return { output: child(this.head, child(this.pool, input)) };
    }
  }
  const top = new Top();
  const summary = summarize(top, [1, 5, 8]);
  expectConsistent(summary);
  expect(summary.layers[0]!.shape).toEqual([1, 3]);
  expect(summary.layers.map(({ path }) => path).sort()).toEqual([...top.modules().keys()].sort());
  expect(summary.macs).toBe(macs + 64 + 3 * 8);
});

test("other parts", () => {
  expect(summarize(new SwiGlu({ width: 4, hidden: 6 }), [1, 2, 4]).macs).toBe(2 * (4 * 12 + 6 * 4));
  expect(summarize(new RmsNorm(4), [2, 4]).layers[0]!.shape).toEqual([2, 4]);
  const cross = summarize(new CrossAttention({ width: 4, heads: 2, memoryWidth: 6 }), [1, 3, 4]);
  expect(cross.macs).toBe(3 * 16 + 3 * 6 * 8 + 2 * 9 * 4 + 3 * 16);
  const relPos = new RelativePositionBias({ window: [2, 2], heads: 2 });
  const normed = summarize(new Attention({ width: 8, heads: 2, qkNorm: true, relPos }), [1, 4, 8]);
  expectConsistent(normed);
  expect(normed.layers.map(({ path }) => path)).toEqual(["", "qkv", "q_norm", "k_norm", "rel_pos", "proj"]);
});

test("of a module without a shape rule and its children only the parameters are known", () => {
  class Opaque extends Module {
    readonly table = new Param([5], ones);
    readonly inner = new Linear(2, 3);
  }
  const { layers, params, macs } = summarize(new Opaque(), [1, 2]);
  expect(layers.map((layer) => [layer.path, layer.shape, layer.params, layer.macs])).toEqual([
    ["", undefined, 5, Number.NaN],
    ["inner", undefined, 9, Number.NaN],
  ]);
  expect([params, macs]).toEqual([14, Number.NaN]);
});
