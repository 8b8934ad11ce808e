import { TesseraError, activationForHuggingFace, side } from "@tessera/core";
import type { VitConfig } from "../config.ts";
import type { HuggingFaceModel } from "../convert/to-hugging-face.ts";

const classNames: Record<HuggingFaceModel, string> = {
  vit: "ViT",
  deit: "DeiT",
  dinov2: "Dinov2",
  dinov2_with_registers: "Dinov2WithRegisters",
};

/**
 * `config.json` as transformers writes it, without the names of the classes.
 * @throws {TesseraError} if transformers' model has no such option.
 */
export function writeHuggingFace(config: VitConfig, type: HuggingFaceModel): Record<string, unknown> {
  const isDinov2 = type.startsWith("dinov2");
  const shared = {
    model_type: type,
    architectures: [architectureOf(config, type)],
    hidden_size: config.width,
    num_hidden_layers: config.depth,
    num_attention_heads: config.heads,
    hidden_act: activationForHuggingFace(config.activation),
    image_size: side(config.imageSize),
    patch_size: side(config.patchSize),
    num_channels: config.channels ?? 3,
    qkv_bias: config.qkvBias ?? true,
    layer_norm_eps: config.epsilon ?? 1e-6,
  };
  if (!isDinov2) return { ...shared, intermediate_size: config.mlpDim };
  return {
    ...shared,
    mlp_ratio: mlpRatio(config),
    layerscale_value: config.layerScale,
    use_swiglu_ffn: config.mlp === "swiglu",
    ...(config.registers && { num_register_tokens: config.registers }),
  };
}

function architectureOf({ classes, distilledHead = true, pool = "token" }: VitConfig, type: HuggingFaceModel): string {
  const name = classNames[type];
  if (classes === 0) return `${name}Model`;
  const isDinov2 = type.startsWith("dinov2");
  if (pool !== (isDinov2 ? "token-and-mean" : "token")) {
    const wanted = isDinov2 ? "a head over class token and mean" : "a head over the class token";
    throw new TesseraError(
      `saveModel: expected ${wanted}, as transformers' ${name} has, got one over the pool ${pool}; save it as timm`,
    );
  }
  return `${name}ForImageClassification${type === "deit" && distilledHead ? "WithTeacher" : ""}`;
}

/** transformers' Dinov2SwiGLUFFN takes two thirds, rounded up to a multiple of eight. */
function mlpRatio({ mlp, mlpDim, width }: VitConfig): number {
  if (mlp !== "swiglu") return mlpDim / width;
  const gated = (ratio: number) => Math.floor((Math.floor((width * ratio * 2) / 3) + 7) / 8) * 8;
  for (let ratio = 1; ratio <= 16; ratio++) if (gated(ratio) === mlpDim) return ratio;
  throw new TesseraError(
    `saveModel: expected a width of SwiGLU that transformers' Dinov2 can have, got ${mlpDim}; save it as timm`,
  );
}
