import { TesseraError } from "@tessera/core";
import type { DetrModelConfig } from "../config.ts";
import { resnets } from "./backbones.ts";

/**
 * `config.json` as transformers writes it, without the names of the classes.
 * @throws {TesseraError} if the backbone is none of timm's.
 */
export function writeHuggingFace(config: DetrModelConfig): Record<string, unknown> {
  const { backbone, dropout = 0 } = config;
  return {
    model_type: "detr",
    architectures: ["DetrForObjectDetection"],
    d_model: config.width,
    num_queries: config.queries,
    encoder_layers: config.encoderDepth,
    decoder_layers: config.decoderDepth,
    encoder_attention_heads: config.heads,
    decoder_attention_heads: config.heads,
    encoder_ffn_dim: config.mlpDim,
    decoder_ffn_dim: config.mlpDim,
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

function nameOf({ backbone }: DetrModelConfig): string {
  const { block, depths, widths, stemWidth, outputStride = 32, frozenNorm = true } = backbone;
  const [name] =
    Object.entries(resnets).find(([, known]) => known.block === block && String(known.depths) === String(depths)) ?? [];
  if (name !== undefined && !widths && !stemWidth && outputStride !== 8 && frozenNorm) return name;
  throw new TesseraError(
    `saveModel: expected a backbone of timm's, which transformers has by its name, got ${block} blocks ${depths.join(", ")}; save its weights alone with saveSafetensors`,
  );
}
