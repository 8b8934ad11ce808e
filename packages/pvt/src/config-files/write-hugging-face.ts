import { activationForHuggingFace, side } from "@tessera/core";
import { type PvtConfig, stages } from "../config.ts";
import type { HuggingFaceModel } from "../convert/hugging-face.ts";
import { embedWindow } from "../grids.ts";

/**
 * `config.json` as transformers writes it, without the names of the classes. Its models have one ε: the authors' two become
 * 1e-6, as where transformers converted the authors' files, which moves logits by about 1e-5.
 */
export function writeHuggingFace(config: PvtConfig, type: HuggingFaceModel): Record<string, unknown> {
  const { version, classes } = config;
  const windows = stages((stage) => embedWindow(version, stage));
  const name = type === "pvt" ? "Pvt" : "PvtV2";
  return {
    model_type: type,
    architectures: [classes === 0 ? `${name}Model` : `${name}ForImageClassification`],
    image_size: side(config.imageSize),
    num_channels: config.channels ?? 3,
    num_encoder_blocks: 4,
    depths: config.depths,
    hidden_sizes: config.widths,
    num_attention_heads: config.heads,
    mlp_ratios: config.mlpRatios,
    patch_sizes: windows.map(({ size }) => size),
    strides: windows.map(({ stride }) => stride),
    hidden_act: activationForHuggingFace(config.activation),
    qkv_bias: config.qkvBias ?? true,
    layer_norm_eps: config.epsilon ?? 1e-6,
    ...(version === 1
      ? { sequence_reduction_ratios: config.reductions }
      : { sr_ratios: config.reductions, linear_attention: config.linear ?? false }),
  };
}
