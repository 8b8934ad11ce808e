import { TesseraError, type WrittenTimmModel, side, timmArguments } from "@tessera/core";
import type { HybridConfig } from "../config.ts";

/**
 * A hybrid for `config.json` of timm, which says all of its arguments. The convolutions of others than timm's are written too, for
 * ours to read.
 * @throws {TesseraError} if timm's hybrids have no such option.
 */
export function writeTimm(config: HybridConfig): WrittenTimmModel {
  refuse(config);
  const { imageSize, patchSize, channels, width, depth, heads, mlpDim, backbone } = config;
  const { depths, widths, stem, groups } = backbone;
  const args: Record<string, unknown> = {
    img_size: side(imageSize),
    patch_size: patchSize,
    in_chans: channels,
    embed_dim: width,
    depth,
    num_heads: heads,
    mlp_ratio: timmArguments.ratio(width, mlpDim),
    backbone: isTimms(backbone) ? undefined : { depths, widths, stem, groups },
  };
  const isRoot = depths.length === 0;
  return {
    architecture: entryPoint(depths),
    model_args: Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)),
    first_conv: isRoot ? "patch_embed.backbone.conv" : "patch_embed.backbone.stem.conv",
    classifier: "head",
  };
}

/** By blocks of the stages; as all other sizes are given, what else the name stands for does not matter. */
const entryPoints: Readonly<Record<string, string>> = {
  "": "vit_tiny_r_s16_p8_224",
  "2,2,2,2": "vit_small_r26_s32_224",
  "3,4,9": "vit_base_r50_s16_384",
  "3,4,6,3": "vit_large_r50_s32_224",
};

function entryPoint(depths: readonly number[]): string {
  return entryPoints[depths.join(",")] ?? "vit_small_r26_s32_224";
}

function isTimms({ depths, widths, stem, groups }: HybridConfig["backbone"]): boolean {
  return depths.join(",") in entryPoints && widths === undefined && stem === undefined && groups === undefined;
}

function refuse(config: HybridConfig): void {
  const { arithmetic, epsilon = 1e-6, activation = "gelu", pool = "token", ...rest } = config;
  const other =
    (arithmetic === "google" && "Google's arithmetic") ||
    (rest.positions && "positions of its own") ||
    ((rest.classToken === false || rest.distilled || rest.registers) && "other tokens than the class token") ||
    (rest.preLogits && "pre-logits") ||
    (pool !== "token" && `pooling by ${pool}`) ||
    (activation !== "gelu" && activation) ||
    (epsilon !== 1e-6 && `epsilon ${epsilon} and not 1e-6`);
  if (!other) return;
  throw new TesseraError(
    `saveModel: expected a model that timm's hybrids describe by their arguments, got one with ${other}; save its weights alone with saveSafetensors`,
  );
}
