// Every way that others name ViTs' tensors, against what timm's own loaders make of it.
import { type Checkpoint, FormatError, toTimmNames } from "@tessera/core";
import { checkpointOf, contentsOf, goldenCheckpoint, readGoldens, storedTensor, under } from "@tessera/testing";
import { expect, test } from "vitest";
import { vitDialects } from "./convert.ts";

const named = goldenCheckpoint(await readGoldens(new URL("./__fixtures__/names.safetensors", import.meta.url)));
const translated = (checkpoint: Checkpoint) => toTimmNames(checkpoint, vitDialects);

// what was dropped is the number of tensors that timm has no use for; see make_names.py
test.each([
  ["google_original", { dialect: "google", activation: "gelu_tanh", epsilon: 1e-6 }, 0],
  ["google_big_vision", { dialect: "google", activation: "gelu_tanh", epsilon: 1e-6 }, 0],
  ["google_scan", { dialect: "google", activation: "gelu_tanh", epsilon: 1e-6 }, 0],
  ["google_attention_pool", { dialect: "google", activation: "gelu_tanh", epsilon: 1e-6 }, 0],
  ["huggingface_vit", { dialect: "huggingface", activation: "gelu", epsilon: 1e-12 }, 0],
  ["huggingface_vit_bare", { dialect: "huggingface", activation: "gelu", epsilon: 1e-12 }, 2],
  ["huggingface_deit", { dialect: "huggingface", activation: "gelu", epsilon: 1e-12 }, 0],
  ["huggingface_dinov2", { dialect: "huggingface", activation: "gelu", epsilon: 1e-6 }, 1],
  ["huggingface_dinov2_registers", { dialect: "huggingface", activation: "gelu", epsilon: 1e-6 }, 1],
  ["huggingface_dinov2_swiglu", { dialect: "huggingface", activation: "gelu", epsilon: 1e-6 }, 1],
  ["huggingface_mae", { dialect: "huggingface", activation: "gelu", epsilon: 1e-12 }, 24],
  ["torchvision", { dialect: "torchvision", activation: "gelu", epsilon: 1e-6 }, 0],
  ["dinov2", { dialect: "dinov2", activation: "gelu", epsilon: 1e-6 }, 1],
  ["dinov2_registers", { dialect: "dinov2", activation: "gelu", epsilon: 1e-6 }, 1],
  ["deit3", { dialect: "deit", activation: "gelu", epsilon: 1e-6 }, 0],
])("%s becomes what timm makes of it", async (name, facts, dropped) => {
  const got = translated(under(named, `${name}/in/`));
  expect(got).toMatchObject(facts);
  expect(got.dropped).toHaveLength(dropped);
  expect(await contentsOf(got.checkpoint)).toEqual(await contentsOf(under(named, `${name}/out/`)));
});

test("says what was renamed and what was dropped", () => {
  const { renamed, dropped } = translated(under(named, "huggingface_dinov2_registers/in/"));
  expect(dropped).toEqual(["embeddings.mask_token"]);
  expect(renamed).toContainEqual(["embeddings.register_tokens", "reg_token"]);
  const qkv = renamed.filter(([, to]) => to === "blocks.1.attn.qkv.bias").map(([from]) => from);
  expect(qkv).toEqual(["query", "key", "value"].map((part) => `encoder.layer.1.attention.attention.${part}.bias`));
});

test("takes wrappers off, also several", async () => {
  const one = translated(checkpointOf({ "module.cls_token": 1, "module.blocks.0.norm1.weight": 2 }));
  expect(one).toMatchObject({
    dialect: "timm",
    renamed: [
      ["module.cls_token", "cls_token"],
      ["module.blocks.0.norm1.weight", "blocks.0.norm1.weight"],
    ],
  });
  expect(one.activation).toBeUndefined();
  const two = translated(checkpointOf({ "module._orig_mod.cls_token": 1, "module._orig_mod.blocks.0.gamma_1": 2 }));
  expect([...two.checkpoint.tensors.keys()]).toEqual(["cls_token", "blocks.0.ls1.gamma"]);
});

test.each(["module.", "encoder.", "net.", "backbone.", "model.backbone.", "teacher.", "timm_model."])(
  "what a training script keeps beside %s does not hide the model",
  (prefix) => {
    const wrapped = Object.fromEntries(
      ["cls_token", "pos_embed", "blocks.0.gamma_1"].map((name) => [prefix + name, 1]),
    );
    const got = translated(checkpointOf({ n_averaged: 1, ...wrapped, "criterion.weight": 1 }));
    expect(got).toMatchObject({ dialect: "deit", beside: ["n_averaged", "criterion.weight"], others: [] });
    expect([...got.checkpoint.tensors.keys()]).toEqual(["cls_token", "pos_embed", "blocks.0.ls1.gamma"]);
  },
);

test("of several models the averaged one is taken, and a classifier beside its backbone", () => {
  const ema = translated(
    checkpointOf({ "model.cls_token": 1, "model.pos_embed": 1, "ema_model.module.cls_token": 1, "ema_model.module.pos_embed": 1, step: 1 }), // prettier-ignore
  );
  expect(ema).toMatchObject({ others: ["model"], beside: ["model.cls_token", "model.pos_embed", "step"] });
  expect([...ema.checkpoint.tensors.keys()]).toEqual(["cls_token", "pos_embed"]);
  const probed = translated(
    checkpointOf({ "model.backbone.cls_token": 1, "model.backbone.norm.bias": 1, "model.head.weight": 1 }),
  );
  expect(probed.beside).toEqual([]);
  expect([...probed.checkpoint.tensors.keys()]).toEqual(["cls_token", "norm.bias", "head.weight"]);
});

test("MoCo v3 gives the encoder that learned, without projection", () => {
  const got = translated(
    checkpointOf({
      "module.base_encoder.cls_token": 1,
      "module.base_encoder.blocks.0.norm1.bias": 2,
      "module.base_encoder.head.0.weight": 3,
      "module.momentum_encoder.cls_token": 4,
      "module.momentum_encoder.blocks.0.norm1.bias": 5,
      "module.predictor.0.weight": 6,
    }),
  );
  expect(got.dialect).toBe("mocov3");
  expect([...got.checkpoint.tensors.keys()]).toEqual(["cls_token", "blocks.0.norm1.bias"]);
  expect(got.dropped).toHaveLength(4);
});

test("DINO's student and teacher lose the projection head, MAE its decoder", () => {
  const dino = translated(
    checkpointOf({
      "module.backbone.cls_token": 1,
      "module.head.mlp.0.weight": 2,
      "module.head.last_layer.weight_g": 3,
    }),
  );
  expect(dino).toMatchObject({
    dialect: "dino",
    dropped: ["module.head.mlp.0.weight", "module.head.last_layer.weight_g"],
  });
  expect([...dino.checkpoint.tensors.keys()]).toEqual(["cls_token"]);
  const mae = translated(
    checkpointOf({
      cls_token: 1,
      mask_token: 2,
      "decoder_embed.weight": 3,
      "decoder_blocks.0.norm1.bias": 4,
      decoder_pos_embed: 5,
      "fc_norm.weight": 6,
    }),
  );
  expect(mae).toMatchObject({
    dialect: "mae",
    renamed: [],
    dropped: ["mask_token", "decoder_embed.weight", "decoder_blocks.0.norm1.bias", "decoder_pos_embed"],
  });
  expect([...mae.checkpoint.tensors.keys()]).toEqual(["cls_token", "fc_norm.weight"]);
});

test("pre-logits of the original ImageNet-21k files are kept, under timm's former name", async () => {
  const kernel = storedTensor(Float32Array.of(1, 2, 3, 4), [2, 2]);
  const { checkpoint } = translated(
    checkpointOf({
      "embedding/kernel": storedTensor(new Float32Array(12), [2, 2, 3, 1]),
      "pre_logits/kernel": kernel,
      "pre_logits/bias": 5,
    }),
  );
  expect(await checkpoint.tensors.get("pre_logits.fc.weight")!.read()).toEqual(Float32Array.of(1, 3, 2, 4));
  expect(checkpoint.tensors.has("pre_logits.fc.bias")).toBe(true);
});

test("of a two-tower model only the image's tower is kept", () => {
  const { checkpoint, dropped } = translated(
    checkpointOf({
      "params/img/embedding/kernel": storedTensor(new Float32Array(3), [1, 1, 3, 1]),
      "params/img/cls": 1,
      "params/txt/cls": 2,
      "params/t": 3,
      "opt/state/0": 4,
    }),
  );
  expect([...checkpoint.tensors.keys()]).toEqual(["patch_embed.proj.weight", "cls_token"]);
  expect(dropped).toEqual(["params/txt/cls", "params/t", "opt/state/0"]);
});

test("unknown names stay, so that loading can report them", () => {
  const { checkpoint } = translated(
    checkpointOf({ class_token: 1, "encoder.layers.encoder_layer_0.ln_1.weight": 2, "my.own": 3 }),
  );
  expect([...checkpoint.tensors.keys()]).toEqual(["cls_token", "blocks.0.norm1.weight", "my.own"]);
  expect(translated(checkpointOf({})).dialect).toBe("timm");
});

const kernel = storedTensor(new Float32Array(12), [2, 2, 3, 1]);
test.each<[string, Parameters<typeof checkpointOf>[0], RegExp]>([
  [
    "a hybrid",
    { "embedding/kernel": kernel, "conv_root/kernel": 1 },
    /got conv_root\/kernel of a hybrid with a ResNet; load it as one, such as vit_base_r50_s16_384/,
  ],
  [
    "a hybrid's blocks",
    { "opt/target/embedding/kernel": kernel, "opt/target/block1/unit1/conv1/kernel": 1 },
    /got opt\/target\/block1\/unit1\/conv1\/kernel of a hybrid/,
  ],
  [
    "a missing key",
    {
      "vit.embeddings.patch_embeddings.projection.weight": 1,
      "vit.encoder.layer.0.attention.attention.query.bias": 1,
      "vit.encoder.layer.0.attention.attention.value.bias": 1,
    },
    /expected encoder\.layer\.0\.attention\.attention\.key\.bias beside .*query\.bias, got none/,
  ],
  [
    "parts of two types",
    {
      inner_pos: 1,
      "vit.embeddings.patch_embeddings.projection.weight": 1,
      "encoder.layer.0.attention.attention.query.bias": 1,
      "encoder.layer.0.attention.attention.key.bias": storedTensor(Float64Array.of(1), [1], "F64"),
      "encoder.layer.0.attention.attention.value.bias": 1,
    },
    /expected parts of one type, got F32 and F64/,
  ],
  ["a kernel of another rank", { "embedding/kernel": 1 }, /patch_embed\.proj\.weight: expected 4 axes, got \[1\]/],
  [
    "stacked blocks of two depths",
    {
      "embedding/kernel": kernel,
      "Transformer/encoderblock/LayerNorm_0/scale": storedTensor(new Float32Array(4), [2, 2]),
      "Transformer/encoderblock/LayerNorm_0/bias": storedTensor(new Float32Array(6), [3, 2]),
    },
    /LayerNorm_0\/bias stacked 2, got \[3, 2\]/,
  ],
  [
    "both halves of a file under one name",
    { "module.backbone.cls_token": 1, "module.cls_token": 2, "module.head.mlp.0.weight": 3 },
    /expected every tensor once, got module\.(backbone\.)?cls_token and/,
  ],
])("refuses %s", (_, tensors, message) => {
  const run = (): unknown => translated(checkpointOf(tensors));
  expect(run).toThrow(FormatError);
  expect(run).toThrow(message);
});
