import { activationForHuggingFace } from "@tessera/core";
import type { YolosConfig } from "../config.ts";

/** `config.json` as transformers writes it, without the names of the classes. */
export function writeHuggingFace(config: YolosConfig): Record<string, unknown> {
  return {
    model_type: "yolos",
    architectures: ["YolosForObjectDetection"],
    hidden_size: config.width,
    num_hidden_layers: config.depth,
    num_attention_heads: config.heads,
    intermediate_size: config.mlpDim,
    hidden_act: activationForHuggingFace(config.activation),
    hidden_dropout_prob: 0,
    attention_probs_dropout_prob: 0,
    layer_norm_eps: config.epsilon ?? 1e-6,
    image_size: [...config.imageSize],
    patch_size: config.patchSize,
    num_channels: 3,
    qkv_bias: config.qkvBias ?? true,
    num_detection_tokens: config.queries,
    use_mid_position_embeddings: config.midPositions ?? false,
  };
}
