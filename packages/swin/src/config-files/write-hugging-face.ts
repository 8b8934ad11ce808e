import { TesseraError, pair, side } from "@tessera/core";
import type { SwinConfig } from "../config.ts";
import { isAlikeUnderBothRules } from "../windows.ts";

/** Activations by the names of transformers' `ACT2FN`. */
const activations: Record<string, string> = {
  gelu: "gelu",
  gelu_tanh: "gelu_pytorch_tanh",
  quick_gelu: "quick_gelu",
  relu: "relu",
  silu: "silu",
};

/**
 * `config.json` as transformers writes it, without the names of the classes.
 * @throws {TesseraError} if transformers' Swin has no such option.
 */
export function writeHuggingFace(config: SwinConfig, modelType: string): Record<string, unknown> {
  refuse(config);
  const { depths, windowSize, width, version = 1, mlpRatio = 4 } = config;
  const name = version === 1 ? "Swin" : "Swinv2";
  return {
    model_type: modelType,
    architectures: [config.classes > 0 ? `${name}ForImageClassification` : `${name}Model`],
    image_size: side(config.imageSize),
    patch_size: config.patchSize,
    num_channels: config.channels ?? 3,
    embed_dim: width,
    hidden_size: width * 2 ** (depths.length - 1),
    depths: [...depths],
    num_heads: [...config.heads],
    window_size: typeof windowSize === "number" ? windowSize : windowSize[0],
    // transformers' default otherwise, which it wants as a fraction: JSON.stringify would write 4
    ...(mlpRatio !== 4 && { mlp_ratio: mlpRatio }),
    qkv_bias: config.qkvBias ?? true,
    hidden_act: activations[config.activation ?? "gelu"],
    layer_norm_eps: 1e-5,
    use_absolute_embeddings: false,
    ...(version === 2 && { pretrained_window_sizes: [...(config.pretrainedWindows ?? depths.map(() => 0))] }),
  };
}

function refuse(config: SwinConfig): void {
  const { windowSize, epsilon = 1e-5, activation = "gelu", windowRule = "timm" } = config;
  const other =
    (typeof windowSize === "object" && new Set(windowSize).size > 1 && "windows of their own in each stage") ||
    (config.alwaysPartition && "windows larger than their map") ||
    (windowRule === "timm" && !isAlikeUnderBothRules(config) && "maps that are shifted before they are padded") ||
    (isShrunk(config) && "windows that shrink to their map, whose table transformers does not shrink") ||
    (!Object.hasOwn(activations, activation) && `activation ${activation}`) ||
    (epsilon !== 1e-5 && `epsilon ${epsilon} and not 1e-5`);
  if (!other) return;
  throw new TesseraError(
    `saveModel: expected a model that transformers' Swin describes, got one with ${other}; save it as timm`,
  );
}

/** True if a window of version 1 is larger than a native map. */
function isShrunk({ version = 1, imageSize, patchSize, depths, windowSize }: SwinConfig): boolean {
  const last = Math.floor(Math.min(...pair(imageSize)) / patchSize / 2 ** (depths.length - 1));
  return version === 1 && last < (typeof windowSize === "number" ? windowSize : windowSize[0]!);
}
