import { type Checkpoint, FormatError, activationFromHuggingFace, shown } from "@tessera/core";
import type { YolosConfig } from "../config.ts";

/** Values of `model_type` that are read. */
export const modelTypes = ["yolos"] as const;

/** What transformers' `YolosConfig` has where a file says nothing. */
const defaults = {
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
  patch_size: 16,
  num_detection_tokens: 100,
} as const;

/** Far past any model that is known, and far below what a machine takes long for: nothing is made for a layer until it is filled. */
const limits = { layers: 1000, others: 65_536 };

/**
 * The YOLOS that a transformers config describes. Its classes are those of the checkpoint, or without one of the config's labels.
 *
 * @param where names the file in errors.
 * @throws {FormatError} on an option or sizes that are not known.
 */
export function readHuggingFace(
  config: Readonly<Record<string, unknown>>,
  where: string,
  tensors?: Checkpoint["tensors"],
): YolosConfig {
  only(config, "num_channels", 3, where);
  only(config, "hidden_dropout_prob", 0, where);
  only(config, "attention_probs_dropout_prob", 0, where);
  const size = (field: keyof typeof defaults) => whole(config[field] ?? defaults[field], field, where);
  const imageSize = config["image_size"] ?? [512, 864];
  const sides = Array.isArray(imageSize) ? imageSize : [imageSize, imageSize];
  if (sides.length !== 2)
    throw new FormatError(`${where}: expected "image_size" of two sides, got ${shown(imageSize)}`);
  return {
    imageSize: [whole(sides[0], "image_size", where), whole(sides[1], "image_size", where)],
    patchSize: size("patch_size"),
    width: size("hidden_size"),
    depth: size("num_hidden_layers"),
    heads: size("num_attention_heads"),
    mlpDim: size("intermediate_size"),
    classes: classesOf(config, tensors),
    queries: size("num_detection_tokens"),
    midPositions: config["use_mid_position_embeddings"] !== false,
    activation: activationFromHuggingFace(config["hidden_act"], where),
    qkvBias: config["qkv_bias"] !== false,
    epsilon: epsilonOf(config["layer_norm_eps"], where),
  };
}

function only(config: Readonly<Record<string, unknown>>, field: string, wanted: unknown, where: string): void {
  const value = config[field] ?? wanted;
  if (value !== wanted) throw new FormatError(`${where}: expected "${field}" of ${shown(wanted)}, got ${shown(value)}`);
}

function whole(value: unknown, field: string, where: string): number {
  const most = field.endsWith("layers") ? limits.layers : limits.others;
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most) return value as number;
  throw new FormatError(`${where}: expected "${field}" from 1 to ${most}, got ${shown(value)}`);
}

function epsilonOf(value: unknown = 1e-12, where: string): number {
  if (typeof value === "number" && value >= 0 && value < 1) return value;
  throw new FormatError(`${where}: expected "layer_norm_eps" from 0 to below 1, got ${shown(value)}`);
}

function classesOf(config: Readonly<Record<string, unknown>>, tensors: Checkpoint["tensors"] | undefined): number {
  const outputs = tensors?.get("class_embed.layers.2.weight")?.shape[0];
  if (outputs !== undefined && outputs > 1) return outputs - 1;
  const labels = config["id2label"];
  return (typeof labels === "object" && labels !== null && Object.keys(labels).length) || 91;
}
