import { TesseraError, type WrittenTimmModel, side } from "@tessera/core";
import type { SwinConfig } from "../config.ts";
import { swinNames, swinVariants } from "../variants.ts";
import { isAlikeUnderBothRules } from "../windows.ts";

/**
 * A Swin for `config.json` of timm: a published one by its name, with any classes and image size, and one of one's own by all of
 * its arguments.
 * @throws {TesseraError} if timm's Swin has no such option.
 */
export function writeTimm(config: SwinConfig): WrittenTimmModel {
  refuse(config);
  const { version = 1 } = config;
  const args = argumentsOf(config);
  const published = swinNames.find((name) => {
    const known: SwinConfig = swinVariants[name];
    return (known.version ?? 1) === version && JSON.stringify(argumentsOf(known)) === JSON.stringify(args);
  });
  const img_size = side(config.imageSize);
  return {
    // As all arguments are given, what else the second name stands for does not matter.
    architecture: published ?? (version === 1 ? "swin_tiny_patch4_window7_224" : "swinv2_tiny_window8_256"),
    model_args: published ? { img_size } : { img_size, ...args },
    first_conv: "patch_embed.proj",
    classifier: "head.fc",
  };
}

function argumentsOf(config: SwinConfig): Record<string, unknown> {
  const { windowSize, pretrainedWindows, depths, version = 1 } = config;
  return {
    patch_size: config.patchSize,
    in_chans: config.channels ?? 3,
    embed_dim: config.width,
    depths: [...depths],
    num_heads: [...config.heads],
    window_size: typeof windowSize === "number" ? windowSize : [...windowSize],
    mlp_ratio: config.mlpRatio ?? 4,
    qkv_bias: config.qkvBias ?? true,
    always_partition: config.alwaysPartition ?? false,
    ...(version === 2 && { pretrained_window_sizes: [...(pretrainedWindows ?? depths.map(() => 0))] }),
  };
}

function refuse(config: SwinConfig): void {
  const { windowSize, version = 1, activation = "gelu", epsilon = 1e-5, windowRule } = config;
  const listed = typeof windowSize === "object" && windowSize;
  const other =
    (listed && listed.length < 3 && "windows of their own in less than three stages") ||
    (listed && version === 2 && "windows of their own in each stage") ||
    (windowRule === "huggingface" &&
      !isAlikeUnderBothRules(config) &&
      "maps that are padded before they are shifted") ||
    (activation !== "gelu" && `activation ${activation}`) ||
    // timm's norms have 1e-5, and no argument for it that JSON could hold
    (epsilon !== 1e-5 && `epsilon ${epsilon} and not 1e-5`);
  if (!other) return;
  throw new TesseraError(
    `saveModel: expected a model that timm's Swin describes by its arguments, got one with ${other}; save its weights alone with saveSafetensors`,
  );
}
