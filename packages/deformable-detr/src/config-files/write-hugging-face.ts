import { TesseraError } from "@tessera/core";
import { resnets } from "@tessera/detr";
import type { DeformableDetrModelConfig } from "../config.ts";

/**
 * `config.json` as transformers writes it, without the names of the classes.
 * @throws {TesseraError} if the backbone is none of timm's.
 */
export function writeHuggingFace(config: DeformableDetrModelConfig): Record<string, unknown> {
  const { backbone, dropout = 0, refine = false, twoStage = false } = config;
  return {
    model_type: "deformable_detr",
    architectures: ["DeformableDetrForObjectDetection"],
    d_model: config.width,
    num_queries: config.queries,
    two_stage_num_proposals: config.queries,
    num_feature_levels: config.levels,
    encoder_n_points: config.points,
    decoder_n_points: config.points,
    encoder_layers: config.encoderDepth,
    decoder_layers: config.decoderDepth,
    encoder_attention_heads: config.heads,
    decoder_attention_heads: config.heads,
    encoder_ffn_dim: config.mlpDim,
    decoder_ffn_dim: config.mlpDim,
    with_box_refine: refine || twoStage,
    two_stage: twoStage,
    activation_function: "relu",
    dropout,
    attention_dropout: dropout,
    activation_dropout: dropout,
    position_embedding_type: "sine",
    num_channels: 3,
    auxiliary_loss: false,
    backbone: nameOf(config),
    use_timm_backbone: true,
    use_pretrained_backbone: false,
    dilation: backbone.outputStride === 16,
  };
}

function nameOf({
  backbone: { block, depths, widths, stemWidth, outputStride = 32 },
}: DeformableDetrModelConfig): string {
  // prettier-ignore
  const [name] =
    Object.entries(resnets).find(([, known]) => known.block === block && String(known.depths) === String(depths)) ?? [];
  if (name !== undefined && !widths && !stemWidth && outputStride !== 8) return name;
  throw new TesseraError(
    `saveModel: expected a backbone of timm's, which transformers has by its name, got ${block} blocks ${depths.join(", ")}; save its weights alone with saveSafetensors`,
  );
}
