import { type Checkpoint, FormatError, shown } from "@tessera/core";
import type { DetrModelConfig } from "../config.ts";
import { resnets } from "./backbones.ts";

/** Values of `model_type` that are read. */
export const modelTypes = ["detr"] as const;

/** What transformers' `DetrConfig` has where a file says nothing. */
const defaults = {
  d_model: 256,
  num_queries: 100,
  encoder_layers: 6,
  decoder_layers: 6,
  encoder_attention_heads: 8,
  decoder_attention_heads: 8,
  encoder_ffn_dim: 2048,
  decoder_ffn_dim: 2048,
} as const;

/** Far past any DETR that is known, and far below what a machine takes long for: nothing is made for a layer until it is filled. */
const limits = { layers: 1000, others: 65_536 };

/**
 * The DETR that a transformers config describes. Its classes are those of the checkpoint, or without one of the config's labels.
 *
 * @param where names the file in errors.
 * @throws {FormatError} on an option, a backbone or sizes that are not known.
 */
export function readHuggingFace(
  config: Readonly<Record<string, unknown>>,
  where: string,
  tensors?: Checkpoint["tensors"],
): DetrModelConfig {
  only(config, "position_embedding_type", "sine", where);
  only(config, "activation_function", "relu", where);
  only(config, "use_timm_backbone", true, where);
  only(config, "num_channels", 3, where);
  const size = (field: keyof typeof defaults) => whole(config, field, where);
  const both = (field: "attention_heads" | "ffn_dim") => {
    const [encoder, decoder] = [size(`encoder_${field}`), size(`decoder_${field}`)];
    if (encoder === decoder) return encoder;
    throw new FormatError(`${where}: expected encoder and decoder of one ${field}, got ${encoder} and ${decoder}`);
  };
  return {
    classes: classesOf(config, tensors),
    queries: size("num_queries"),
    width: size("d_model"),
    heads: both("attention_heads"),
    encoderDepth: size("encoder_layers"),
    decoderDepth: size("decoder_layers"),
    mlpDim: both("ffn_dim"),
    dropout: rate(config["dropout"], where),
    backbone: { ...backboneOf(config, where), ...(config["dilation"] === true && { outputStride: 16 as const }) },
  };
}

function only(config: Readonly<Record<string, unknown>>, field: string, wanted: unknown, where: string): void {
  const value = config[field] ?? wanted;
  if (value !== wanted) throw new FormatError(`${where}: expected "${field}" of ${shown(wanted)}, got ${shown(value)}`);
}

function whole(config: Readonly<Record<string, unknown>>, field: keyof typeof defaults, where: string): number {
  const value = config[field] ?? defaults[field];
  const most = field.endsWith("layers") ? limits.layers : limits.others;
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most) return value as number;
  throw new FormatError(`${where}: expected "${field}" from 1 to ${most}, got ${shown(value)}`);
}

function rate(value: unknown = 0.1, where: string): number {
  if (typeof value === "number" && value >= 0 && value < 1) return value;
  throw new FormatError(`${where}: expected "dropout" from 0 to below 1, got ${shown(value)}`);
}

function backboneOf(config: Readonly<Record<string, unknown>>, where: string) {
  const name = config["backbone"] ?? "resnet50";
  const known = typeof name === "string" && Object.hasOwn(resnets, name) ? resnets[name] : undefined;
  if (known) return known;
  throw new FormatError(`${where}: expected "backbone" among ${Object.keys(resnets).join(", ")}, got ${shown(name)}`);
}

function classesOf(config: Readonly<Record<string, unknown>>, tensors: Checkpoint["tensors"] | undefined): number {
  const outputs = tensors?.get("class_embed.weight")?.shape[0];
  if (outputs !== undefined && outputs > 1) return outputs - 1;
  const labels = config["id2label"];
  return (typeof labels === "object" && labels !== null && Object.keys(labels).length) || 91;
}
