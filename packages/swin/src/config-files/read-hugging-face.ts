import { type Activation, type Checkpoint, FormatError, shown } from "@tessera/core";
import type { SwinConfig } from "../config.ts";

/** `config.json` of transformers, as far as it is read. */
interface HuggingFaceConfig {
  model_type?: string;
  architectures?: string[];
  embed_dim?: number;
  depths?: number[];
  num_heads?: number[];
  window_size?: number;
  pretrained_window_sizes?: number[];
  mlp_ratio?: number;
  hidden_act?: string;
  image_size?: number | [number, number];
  patch_size?: number;
  num_channels?: number;
  qkv_bias?: boolean;
  layer_norm_eps?: number;
  use_absolute_embeddings?: boolean;
  id2label?: Record<string, string>;
}

/** Values of `model_type` that are read. */
export const modelTypes = ["swin", "swinv2"] as const;

/** Activations by the names of transformers' `ACT2FN`. */
const activations: Record<string, Activation> = {
  gelu: "gelu",
  gelu_python: "gelu",
  gelu_new: "gelu_tanh",
  gelu_pytorch_tanh: "gelu_tanh",
  quick_gelu: "quick_gelu",
  relu: "relu",
  silu: "silu",
  swish: "silu",
};

/**
 * The Swin that a transformers config describes. Whether it has a head, the checkpoint tells, or without one the class that wrote
 * the config.
 *
 * @throws {FormatError} on an activation, sizes or options that are not known.
 */
export function readHuggingFace(config: HuggingFaceConfig, where: string, tensors?: Checkpoint["tensors"]): SwinConfig {
  const { model_type: type, architectures: [architecture = ""] = [], hidden_act: name = "gelu" } = config;
  const hasHead = tensors ? tensors.has("head.fc.weight") : architecture.includes("ForImageClassification");
  const activation = Object.hasOwn(activations, name) ? activations[name] : undefined;
  const known = Object.keys(activations).join(", ");
  if (!activation) throw new FormatError(`${where}: expected "hidden_act" among ${known}, got ${shown(name)}`);
  if (config.use_absolute_embeddings)
    throw new FormatError(`${where}: expected a Swin without absolute positions, got "use_absolute_embeddings": true`);
  // transformers gives it to some of the norms only
  if ((config.layer_norm_eps ?? 1e-5) !== 1e-5)
    throw new FormatError(`${where}: expected "layer_norm_eps" of 1e-5, got ${shown(config.layer_norm_eps)}`);
  // what follows are the config classes' defaults
  const depths = wholeNumbers(config.depths ?? [2, 2, 6, 2], "depths", where);
  return {
    imageSize: config.image_size ?? 224,
    patchSize: config.patch_size ?? 4,
    width: config.embed_dim ?? 96,
    depths,
    heads: wholeNumbers(config.num_heads ?? [3, 6, 12, 24], "num_heads", where),
    windowSize: config.window_size ?? 7,
    classes: hasHead ? Object.keys(config.id2label ?? {}).length || 2 : 0,
    channels: config.num_channels ?? 3,
    mlpRatio: config.mlp_ratio ?? 4,
    qkvBias: config.qkv_bias ?? true,
    activation,
    windowRule: "huggingface",
    ...(type === "swinv2" && { version: 2, pretrainedWindows: pretrained(config, depths, where) }),
  };
}

function pretrained(config: HuggingFaceConfig, depths: readonly number[], where: string): number[] {
  return wholeNumbers(config.pretrained_window_sizes ?? depths.map(() => 0), "pretrained_window_sizes", where, 0);
}

function wholeNumbers(value: unknown, field: string, where: string, least = 1): number[] {
  if (Array.isArray(value) && value.every((one) => Number.isInteger(one) && one >= least)) return value;
  throw new FormatError(`${where}: expected whole numbers as "${field}", got ${shown(value)}`);
}
