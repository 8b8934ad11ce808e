import { shown } from "@tessera/core";
import { expect, test } from "vitest";
import { fromArguments } from "./read-timm.ts";

test("translates every argument", () => {
  const args = {
    img_size: [32, 48],
    patch_size: 8,
    in_chans: 1,
    num_classes: 0,
    embed_dim: 48,
    depth: 3,
    num_heads: 4,
    mlp_ratio: 2.5,
    qkv_bias: false,
    qk_norm: true,
    init_values: 1e-4,
    class_token: false,
    no_embed_class: true,
    reg_tokens: 4,
    pre_norm: true,
    global_pool: "avg",
    drop_rate: 0.1,
    drop_path_rate: 0.2,
    act_layer: "gelu_tanh",
    dynamic_img_size: true,
  };
  expect(fromArguments(args, "here")).toEqual({
    imageSize: [32, 48],
    patchSize: 8,
    channels: 1,
    classes: 0,
    width: 48,
    depth: 3,
    heads: 4,
    mlpDim: 120,
    qkvBias: false,
    qkNorm: true,
    layerScale: 1e-4,
    classToken: false,
    activation: "gelu_tanh",
    positionOnPrefix: false,
    registers: 4,
    preNorm: true,
    pool: "mean",
    dropout: 0.1,
    dropPath: 0.2,
  });
});

test("keeps a variant's ratio of widths, as timm does", () => {
  const base = { width: 192, mlpDim: 768 };
  expect(fromArguments({}, "here", base)).toEqual({ mlpDim: 768 });
  expect(fromArguments({ embed_dim: 24 }, "here", base)).toEqual({ width: 24, mlpDim: 96 });
  expect(fromArguments({ mlp_ratio: 2 }, "here", base)).toEqual({ mlpDim: 384 });
});

test.each([
  ["img_size", "224"],
  ["img_size", [1, 2, 3]],
  ["depth", 0],
  ["depth", 1.5],
  ["qkv_bias", 1],
  ["global_pool", "max"],
  ["init_values", true],
  ["mlp_ratio", -1],
  ["drop_rate", 1],
])("refuses %s of %j", (name, value) => {
  expect(() => fromArguments({ [name]: value }, "here")).toThrow(
    `here: expected "${name}" as timm writes it, got ${shown(value)}`,
  );
});

test("refuses what it does not know, also names that every object has", () => {
  for (const name of ["head_layer", "constructor", "__proto__"]) {
    const args = JSON.parse(`{"${name}": 1}`) as Record<string, unknown>;
    expect(() => fromArguments(args, "here")).toThrow(/^here: expected "model_args" among .*, img_size, .*, got /);
  }
});

test("counts both halves of SwiGLU in the ratio, as timm does", () => {
  const base = { width: 12, mlpDim: 32, mlp: "swiglu" } as const;
  expect(fromArguments({ embed_dim: 6 }, "here", base)).toEqual({ width: 6, mlpDim: 16 });
  expect(fromArguments({ mlp_ratio: 4 }, "here", base)).toEqual({ mlpDim: 24 });
});
