import { checkpointOf, damagedJson, fuzzTest, storedTensor } from "@tessera/testing";
import { writeSafetensors } from "@tessera/weights";
import * as fc from "fast-check";
import { smallConfig } from "./__fixtures__/small-model.ts";
import { describeModel } from "./source/describe-model.ts";
import { allFamilies } from "./source/families.ts";
import { loadModel } from "./source/load-model.ts";
import { anyToHuggingFaceNames, anyToTimmNames } from "./source/rename.ts";

// loaded before: a family that is needed is else part of an input's time
const families = await allFamilies();
const weights = writeSafetensors({
  "patch_embed.proj.weight": { shape: [4, 3, 4, 4], values: new Float32Array(192) },
  pos_embed: { shape: [1, 5, 4], values: new Float32Array(20) },
});
const tnt = { img_size: 8, patch_size: 4, embed_dim: 4, inner_dim: 2, depth: 1, num_heads_inner: 1, num_heads_outer: 2, first_stride: 2 }; // prettier-ignore
const configs = [
  smallConfig(),
  smallConfig({ architecture: "vit_tiny_patch16_224", label_names: ["a", "b", "c"], label_descriptions: { a: "cat" } }),
  { architecture: "tnt", num_classes: 2, model_args: tnt },
  { architecture: "resnet18", num_classes: 2, model_args: { layers: [1, 1, 1, 1], channels: [2, 2, 2, 2] } },
  { architecture: "airbench94", num_classes: 2, model_args: { channels: [2, 2, 2] } },
  { architecture: "swin_tiny_patch4_window7_224", num_classes: 2, model_args: { img_size: 32, embed_dim: 4, depths: [1, 1], num_heads: [1, 2], window_size: 4 } }, // prettier-ignore
  { model_type: "swin", image_size: 32, patch_size: 4, embed_dim: 4, depths: [1, 1], num_heads: [1, 2], window_size: 4, mlp_ratio: 2 }, // prettier-ignore
  { model_type: "vit", hidden_size: 4, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 4, image_size: 8, patch_size: 4, hidden_act: "gelu", layer_norm_eps: 1e-12, id2label: { 0: "a", 1: "b" }, architectures: ["ViTForImageClassification"] }, // prettier-ignore
  { model_type: "dinov2_with_registers", hidden_size: 4, num_hidden_layers: 1, num_attention_heads: 2, mlp_ratio: 1, use_swiglu_ffn: true, num_register_tokens: 2, image_size: 8, patch_size: 4 }, // prettier-ignore
];
const fields = [
  "model_args", "pretrained_cfg", "label_names", "label_descriptions", "num_classes", "id2label", "hidden_act", "image_size", "patch_size", "qkv_bias", "layerscale_value", "num_channels", "mlp_ratio", "architectures", "intermediate_size", "labels", "problem_type", "window_size", "depths",
]; // prettier-ignore
fuzzTest("a config.json", damagedJson(configs, fields), async (json) => {
  await describeModel({ config: new Blob([json]), weights });
});
const processors = [
  { image_processor_type: "ViTImageProcessor", size: { height: 8, width: 8 }, image_mean: [0.5, 0.5, 0.5] },
];
fuzzTest(
  "a config.json with weights and preprocessing",
  fc.tuple(damagedJson(configs, fields), damagedJson(processors, ["crop_size", "do_center_crop", "resample"])),
  async ([json, processor]) => {
    const files = { config: new Blob([json]), weights, preprocessor: new Blob([processor]) };
    const { model } = await loadModel(files, { resetHead: true });
    model.dispose();
  },
);

/** Names as those who write checkpoints have them, of tensors of sizes that they have not. */
const names = [
  "module.model.blocks.0.attn.qkv.weight", "blocks.9999999.norm1.bias", "pos_embed", "cls_token", "head.weight", "fc.weight", "pixel_pos", "patch_pos",
  "vit.embeddings.cls_token", "vit.embeddings.position_embeddings", "vit.embeddings.patch_embeddings.projection.weight",
  "vit.encoder.layer.0.attention.attention.query.weight", "vit.encoder.layer.0.attention.attention.key.weight", "vit.encoder.layer.0.attention.attention.value.weight",
  "dinov2.embeddings.mask_token", "dinov2.encoder.layer.0.layer_scale1.lambda1", "encoder.layers.encoder_layer_0.self_attention.in_proj_weight", "conv_proj.weight", "class_token",
  "embedding/kernel", "cls", "Transformer/posembed_input/pos_embedding", "Transformer/encoderblock/MlpBlock_0/Dense_0/kernel", "params/img/embedding/kernel",
  "Transformer/encoderblock_0/MultiHeadDotProductAttention_1/query/kernel", "Transformer/encoderblock_0/MultiHeadDotProductAttention_1/key/kernel", "Transformer/encoderblock_0/MultiHeadDotProductAttention_1/value/kernel",
  "mask_token", "decoder_embed.weight", "student.backbone.norm.weight", "layer1.0.conv1.weight", "bn1.running_mean", "blocks.0.ls1.gamma", "register_tokens",
]; // prettier-ignore
const shapes = fc.array(fc.constantFrom<number[]>(0, 1, 2, 3, 4, 5, 16), { maxLength: 5 });
const checkpoints = fc.dictionary(fc.constantFrom(...names), shapes, { maxKeys: 8 });
fuzzTest("names and shapes of a checkpoint", checkpoints, async (entries) => {
  const tensors = Object.entries(entries).map(([name, shape]) => {
    const size = shape.reduce((product, one) => product * one, 1);
    return [name, storedTensor(new Float32Array(size), shape)] as const;
  });
  const { checkpoint } = await anyToTimmNames(checkpointOf(Object.fromEntries(tensors)));
  for (const family of families) family.configFrom(checkpoint.tensors);
  for (const stored of checkpoint.tensors.values()) await stored.read();
  await anyToHuggingFaceNames(checkpoint);
});
