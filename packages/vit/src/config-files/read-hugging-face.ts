import { type Checkpoint, FormatError, activationFromHuggingFace, shown } from "@tessera/core";
import type { VitConfig } from "../config.ts";

/** `config.json` of transformers, as far as it is read. */
interface HuggingFaceConfig {
  model_type?: string;
  architectures?: string[];
  hidden_size?: number;
  num_hidden_layers?: number;
  num_attention_heads?: number;
  intermediate_size?: number;
  mlp_ratio?: number;
  hidden_act?: string;
  image_size?: number | [number, number];
  patch_size?: number | [number, number];
  num_channels?: number;
  qkv_bias?: boolean;
  layer_norm_eps?: number;
  layerscale_value?: number;
  num_register_tokens?: number;
  use_swiglu_ffn?: boolean;
  id2label?: Record<string, string>;
}

/** Values of `model_type` that are read. */
export const modelTypes = ["vit", "deit", "dinov2", "dinov2_with_registers", "vit_mae"] as const;

/**
 * The model that a transformers config describes: ViT, DeiT with and without teacher, DINOv2 with and without registers, the
 * encoder of ViT-MAE. Its heads are those of the checkpoint, or without one those of the class that wrote the config.
 *
 * @throws {FormatError} on an activation or sizes that are not known.
 */
export function readHuggingFace(config: HuggingFaceConfig, where: string, tensors?: Checkpoint["tensors"]): VitConfig {
  const { model_type: type = "", architectures: [architecture = ""] = [] } = config;
  const hasHead = tensors ? tensors.has("head.weight") : architecture.includes("ForImageClassification");
  const hasTeacher = tensors ? tensors.has("head_dist.weight") : architecture.endsWith("WithTeacher");
  const width = positive(config, "hidden_size", where);
  const isDinov2 = type.startsWith("dinov2");
  const [rows, columns = isDinov2 ? 2 * width : width] = tensors?.get("head.weight")?.shape ?? [];
  const registers = type === "dinov2_with_registers" ? (config.num_register_tokens ?? 4) : 0;
  return {
    imageSize: config.image_size ?? 224,
    patchSize: config.patch_size ?? (isDinov2 ? 14 : 16),
    width,
    depth: positive(config, "num_hidden_layers", where),
    heads: positive(config, "num_attention_heads", where),
    mlpDim: mlpDim(config, width),
    mlp: config.use_swiglu_ffn ? "swiglu" : "mlp",
    // transformers' default without names: two classes
    classes: hasHead ? Object.keys(config.id2label ?? {}).length || rows || 2 : 0,
    // Dinov2ForImageClassification looks at the class token and at the mean of the patches
    ...(hasHead && columns === 2 * width && { pool: "token-and-mean" }),
    channels: config.num_channels ?? 3,
    activation: activationFromHuggingFace(config.hidden_act, where),
    // transformers' class defaults: 1e-12, but 1e-6 in DINOv2
    epsilon: config.layer_norm_eps ?? (isDinov2 ? 1e-6 : 1e-12),
    qkvBias: config.qkv_bias ?? true,
    layerScale: isDinov2 ? (config.layerscale_value ?? 1) : undefined,
    distilled: type === "deit",
    // DeiTForImageClassification keeps the token and classifies from the class token alone
    distilledHead: hasTeacher,
    registers,
    positionOnPrefix: registers === 0,
    positionRule: registers > 0 ? "huggingface_registers" : "huggingface",
  };
}

function mlpDim(config: HuggingFaceConfig, width: number): number {
  const hidden = Math.floor(width * (config.mlp_ratio ?? 4));
  // transformers' Dinov2SwiGLUFFN: two thirds, rounded up to a multiple of eight
  if (config.use_swiglu_ffn) return Math.floor((Math.floor((hidden * 2) / 3) + 7) / 8) * 8;
  return config.intermediate_size ?? hidden;
}

function positive(
  config: HuggingFaceConfig,
  field: "hidden_size" | "num_hidden_layers" | "num_attention_heads",
  where: string,
): number {
  const value = config[field];
  if (value === undefined || !Number.isInteger(value) || value < 1)
    throw new FormatError(`${where}: expected a whole number as "${field}", got ${shown(value)}`);
  return value;
}
