import { FormatError, activationFromHuggingFace, pair, shown } from "@tessera/core";
import type { MaeConfig } from "../config.ts";

/** What transformers' `ViTMAEConfig` has where a file says nothing. */
const defaults = {
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
  image_size: 224,
  patch_size: 16,
  num_channels: 3,
  decoder_hidden_size: 512,
  decoder_num_hidden_layers: 8,
  decoder_num_attention_heads: 16,
  decoder_intermediate_size: 2048,
} as const;

/** Far past any that is known, and far below what a machine takes long for: nothing is made for a layer until it is filled. */
const limits = { layers: 1000, others: 65_536 };

/**
 * The masked autoencoder that a transformers config describes.
 *
 * @param where names the file in errors.
 * @throws {FormatError} on an option or sizes that are not known.
 */
export function readHuggingFace(config: Readonly<Record<string, unknown>>, where: string): MaeConfig {
  const size = (field: keyof typeof defaults) => {
    const value = config[field] ?? defaults[field];
    const limit = field.endsWith("layers") ? limits.layers : limits.others;
    if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= limit) return value;
    throw new FormatError(`${where}: expected "${field}" to be a whole number from 1 to ${limit}, got ${shown(value)}`);
  };
  const activation = activationFromHuggingFace(config["hidden_act"] as string | undefined, where);
  if (activation !== "gelu")
    throw new FormatError(`${where}: expected "hidden_act" of "gelu", got ${shown(config["hidden_act"])}`);
  if (config["qkv_bias"] === false)
    throw new FormatError(`${where}: expected "qkv_bias" of true, got false, which no published model has`);
  const epsilon = config["layer_norm_eps"] ?? 1e-12;
  if (!(typeof epsilon === "number" && epsilon > 0 && epsilon < 1))
    throw new FormatError(`${where}: expected "layer_norm_eps" between 0 and 1, got ${shown(epsilon)}`);
  return {
    imageSize: size("image_size"),
    patchSize: size("patch_size"),
    channels: size("num_channels"),
    width: size("hidden_size"),
    depth: size("num_hidden_layers"),
    heads: size("num_attention_heads"),
    mlpDim: size("intermediate_size"),
    decoderWidth: size("decoder_hidden_size"),
    decoderDepth: size("decoder_num_hidden_layers"),
    decoderHeads: size("decoder_num_attention_heads"),
    decoderMlpDim: size("decoder_intermediate_size"),
    epsilon,
    normalizedPixels: config["norm_pix_loss"] === true,
  };
}

/** `config.json` as transformers writes it. @throws {FormatError} for pictures that are not square, which transformers has none of. */
export function writeHuggingFace(config: MaeConfig): Record<string, unknown> {
  const [height, width] = pair(config.imageSize);
  if (height !== width)
    throw new FormatError(`saveModel: expected square pictures, got ${height}×${width}; save its weights alone`);
  return {
    model_type: "vit_mae",
    architectures: ["ViTMAEForPreTraining"],
    hidden_size: config.width,
    num_hidden_layers: config.depth,
    num_attention_heads: config.heads,
    intermediate_size: config.mlpDim ?? 4 * config.width,
    hidden_act: "gelu",
    image_size: height,
    patch_size: config.patchSize,
    num_channels: config.channels ?? 3,
    qkv_bias: true,
    layer_norm_eps: config.epsilon ?? 1e-6,
    decoder_hidden_size: config.decoderWidth,
    decoder_num_hidden_layers: config.decoderDepth,
    decoder_num_attention_heads: config.decoderHeads,
    decoder_intermediate_size: config.decoderMlpDim ?? 4 * config.decoderWidth,
    mask_ratio: 0.75,
    norm_pix_loss: config.normalizedPixels ?? false,
  };
}
