import { TesseraError, type WrittenTimmModel, side, timmArguments } from "@tessera/core";
import type { VitConfig } from "../config.ts";

/** `seq` and `token_avg` are ours: timm has no such pooling, nor a `stem`. */
const pools = {
  token: "token",
  mean: "avg",
  attention: "map",
  sequence: "seq",
  "token-and-mean": "token_avg",
} as const;

/**
 * A ViT for `config.json` of timm, which says all of its arguments. A stem of convolutions, sequence pooling and DINOv2's
 * classifier timm has not; they are written all the same, for ours to read.
 * @throws {TesseraError} if timm's VisionTransformer has no such option.
 */
export function writeTimm(config: VitConfig): WrittenTimmModel {
  refuse(config);
  const isGated = config.mlp === "swiglu";
  const args: Record<string, unknown> = {
    img_size: side(config.imageSize),
    patch_size: side(config.patchSize),
    in_chans: config.channels,
    embed_dim: config.width,
    depth: config.depth,
    num_heads: config.heads,
    mlp_ratio: timmArguments.ratio(config.width, config.mlpDim * (isGated ? 2 : 1)),
    qkv_bias: config.qkvBias,
    qk_norm: config.qkNorm,
    init_values: config.layerScale,
    class_token: config.classToken,
    no_embed_class: config.positionOnPrefix === undefined ? undefined : !config.positionOnPrefix,
    reg_tokens: config.registers,
    pre_norm: config.preNorm,
    global_pool: config.pool && pools[config.pool],
    fc_norm: config.poolNorm,
    stem: config.stem && { kind: config.stem.kind, hidden: [...config.stem.hidden] },
    act_layer: isGated || config.activation === "gelu" ? undefined : config.activation,
  };
  return {
    architecture: entryPoint(config),
    model_args: Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)),
    first_conv: firstConv(config),
    classifier: config.distilled ? ["head", "head_dist"] : "head",
  };
}

function firstConv({ stem }: VitConfig): string {
  if (!stem) return "patch_embed.proj";
  return stem.kind === "pooled" ? "patch_embed.convs.0" : "patch_embed.whiten";
}

/** timm has no name for any ViT. As all arguments are given, what else the name stands for does not matter. */
function entryPoint({ distilled, mlp }: VitConfig): string {
  if (distilled) return "deit_tiny_distilled_patch16_224";
  return mlp === "swiglu" ? "vit_giant_patch14_dinov2" : "vit_tiny_patch16_224";
}

function refuse(config: VitConfig): void {
  const other =
    (config.distilled && config.distilledHead === false && "a distillation token without its head") ||
    (config.distilled && config.mlp === "swiglu" && "a distillation token and SwiGLU") ||
    (config.mlp === "swiglu" && config.layerScale === undefined && "SwiGLU without layer scale") ||
    (config.preLogits && "pre-logits") ||
    (config.positions && "positions of its own") ||
    (config.patchEmbed && "a patch embedding of its own") ||
    (config.activation === "none" && "no activation") ||
    // timm's norms have 1e-6, and no argument for it that JSON could hold
    (config.epsilon !== undefined && config.epsilon !== 1e-6 && `epsilon ${config.epsilon} and not 1e-6`);
  if (!other) return;
  throw new TesseraError(
    `saveModel: expected a model that timm's VisionTransformer describes by its arguments, got one with ${other}; save it as huggingface, or its weights alone with saveSafetensors`,
  );
}
