import { type Checkpoint, FormatError, shown } from "@tessera/core";
import { resnets } from "@tessera/detr";
import type { DeformableDetrModelConfig } from "../config.ts";

/** Values of `model_type` that are read. */
export const modelTypes = ["deformable_detr"] as const;

type Fields = Readonly<Record<string, unknown>>;

/** What transformers' `DeformableDetrConfig` has where a file says nothing, and the most that is taken. */
const defaults = {
  d_model: 256,
  num_queries: 300,
  encoder_layers: 6,
  decoder_layers: 6,
  encoder_attention_heads: 8,
  decoder_attention_heads: 8,
  encoder_ffn_dim: 1024,
  decoder_ffn_dim: 1024,
  num_feature_levels: 4,
  encoder_n_points: 4,
  decoder_n_points: 4,
} as const;

/** Far past any that is known, and far below what a machine takes long for: nothing is made for a layer until it is filled. */
const limits = { layers: 1000, levels: 16, others: 65_536 };

/**
 * The Deformable DETR that a transformers config describes. Its classes are those of the checkpoint, or without one of the config's labels.
 *
 * @param where names the file in errors.
 * @throws {FormatError} on an option, a backbone or sizes that are not known.
 */
export function readHuggingFace(
  config: Fields,
  where: string,
  tensors?: Checkpoint["tensors"],
): DeformableDetrModelConfig {
  // prettier-ignore
  only(config, "position_embedding_type", "sine", where);
  only(config, "activation_function", "relu", where);
  only(config, "use_timm_backbone", true, where);
  only(config, "num_channels", 3, where);
  const size = (field: keyof typeof defaults) => whole(config, field, where);
  const both = (field: "attention_heads" | "ffn_dim" | "n_points") => {
    const [encoder, decoder] = [size(`encoder_${field}`), size(`decoder_${field}`)];
    if (encoder === decoder) return encoder;
    throw new FormatError(`${where}: expected encoder and decoder of one ${field}, got ${encoder} and ${decoder}`);
  };
  const twoStage = config["two_stage"] === true;
  const refine = config["with_box_refine"] === true;
  if (twoStage && !refine)
    throw new FormatError(`${where}: expected "with_box_refine" of true with two stages, got ${shown(config["with_box_refine"])}`); // prettier-ignore
  return {
    classes: classesOf(config, tensors),
    queries: twoStage ? whole(config, "two_stage_num_proposals", where, 300) : size("num_queries"),
    width: size("d_model"),
    heads: both("attention_heads"),
    levels: size("num_feature_levels"),
    points: both("n_points"),
    encoderDepth: size("encoder_layers"),
    decoderDepth: size("decoder_layers"),
    mlpDim: both("ffn_dim"),
    refine,
    twoStage,
    dropout: rate(config["dropout"], where),
    backbone: { ...backboneOf(config, where), ...(config["dilation"] === true && { outputStride: 16 as const }) },
  };
}

function only(config: Fields, field: string, wanted: unknown, where: string): void {
  const value = config[field] ?? wanted;
  if (value !== wanted) throw new FormatError(`${where}: expected "${field}" of ${shown(wanted)}, got ${shown(value)}`);
}

function whole(
  config: Fields,
  field: string,
  where: string,
  otherwise = defaults[field as keyof typeof defaults] as number,
): number {
  // prettier-ignore
  const value = config[field] ?? otherwise;
  const most = field.endsWith("_layers") ? limits.layers : field.endsWith("_levels") ? limits.levels : limits.others;
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most) return value as number;
  throw new FormatError(`${where}: expected "${field}" from 1 to ${most}, got ${shown(value)}`);
}

function rate(value: unknown = 0.1, where: string): number {
  if (typeof value === "number" && value >= 0 && value < 1) return value;
  throw new FormatError(`${where}: expected "dropout" from 0 to below 1, got ${shown(value)}`);
}

function backboneOf(config: Fields, where: string) {
  const name = config["backbone"] ?? "resnet50";
  const known = typeof name === "string" && Object.hasOwn(resnets, name) ? resnets[name] : undefined;
  if (known) return known;
  throw new FormatError(`${where}: expected "backbone" among ${Object.keys(resnets).join(", ")}, got ${shown(name)}`);
}

function classesOf(config: Fields, tensors: Checkpoint["tensors"] | undefined): number {
  const outputs = tensors?.get("class_embed.0.weight")?.shape[0];
  if (outputs !== undefined && outputs > 0) return outputs;
  const labels = config["id2label"];
  return (typeof labels === "object" && labels !== null && Object.keys(labels).length) || 91;
}
