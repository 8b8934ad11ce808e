import { FormatError, type TimmArgument, type TimmModel, timmArguments, variantConfig, shown } from "@tessera/core";
import type { VitConfig } from "../config.ts";
import { isVitName } from "../create.ts";
import { vitVariants } from "../variants.ts";

const { flag, only, share, side, whole, withoutEffect } = timmArguments;

/** Activations that timm and we call the same. */
const activations = ["gelu", "gelu_tanh", "quick_gelu", "relu", "silu"] as const;

const pools = { token: "token", avg: "mean", map: "attention", seq: "sequence", token_avg: "token-and-mean" } as const;

/** Arguments of timm's VisionTransformer that we understand. */
const known: Readonly<Record<string, TimmArgument<VitConfig>>> = {
  ...withoutEffect<VitConfig>(),
  img_size: side((imageSize) => ({ imageSize })),
  patch_size: side((patchSize) => ({ patchSize })),
  in_chans: whole((channels) => ({ channels })),
  num_classes: whole((classes) => ({ classes }), 0),
  embed_dim: whole((width) => ({ width })),
  depth: whole((depth) => ({ depth })),
  num_heads: whole((heads) => ({ heads })),
  // Needs the width; see below.
  mlp_ratio: (value) => (typeof value === "number" && value > 0 ? {} : undefined),
  qkv_bias: flag((qkvBias) => ({ qkvBias })),
  qk_norm: flag((qkNorm) => ({ qkNorm })),
  init_values: (value) => (value === null ? {} : typeof value === "number" ? { layerScale: value } : undefined),
  class_token: flag((classToken) => ({ classToken })),
  no_embed_class: flag((none) => ({ positionOnPrefix: !none })),
  reg_tokens: whole((registers) => ({ registers }), 0),
  pre_norm: flag((preNorm) => ({ preNorm })),
  global_pool: (value) => (isPool(value) ? { pool: pools[value] } : undefined),
  // timm's default is by the pool, as ours
  fc_norm: (value) => (value === null ? {} : typeof value === "boolean" ? { poolNorm: value } : undefined),
  act_layer: (value) => (value === null ? {} : isActivation(value) ? { activation: value } : undefined),
  // Ours: timm's ViTs have no stem.
  stem: (value) => {
    const stem = stemFrom(value);
    return stem && { stem };
  },
  weight_init: (value) =>
    value === "mimetic" ? { attentionStart: value } : typeof value === "string" ? {} : undefined,
  drop_rate: share((dropout) => ({ dropout })),
  drop_path_rate: share((dropPath) => ({ dropPath })),
  patch_drop_rate: share((patchDropout) => ({ patchDropout })),
  // Ours takes any size in any case.
  dynamic_img_size: flag(() => ({})),
  strict_img_size: flag(() => ({})),
  // Parts of timm's that are always or never there in ours.
  final_norm: only(true),
  proj_bias: only(true),
  pos_embed: only("learn", null),
  dynamic_img_pad: only(false),
  scale_attn_norm: only(false),
  scale_mlp_norm: only(false),
  pool_include_prefix: only(false),
};

/**
 * A variant with the arguments of a timm config, or a ViT that they describe from scratch.
 * @throws {FormatError} on an argument that is not known, a value that it cannot have, or too few of them.
 */
export function readTimm({ architecture, model_args: args = {} }: TimmModel, where: string): VitConfig {
  if (!isVitName(architecture)) return complete(fromArguments(args, where), where);
  const base = variantConfig<VitConfig>("readTimm", vitVariants, architecture);
  return { ...base, ...fromArguments(args, where, base) };
}

/** `model_args` as ours. `base` is the variant that they change, if they change one. */
export function fromArguments(
  args: Record<string, unknown>,
  where: string,
  base?: Pick<VitConfig, "width" | "mlpDim" | "mlp">,
): Partial<VitConfig> {
  const config = timmArguments.read(known, args, where);
  // timm knows the ratio only, and so it stays when the width changes. Of SwiGLU it counts both halves.
  const halves = base?.mlp === "swiglu" ? 2 : 1;
  const width = config.width ?? base?.width;
  const ratio = (args["mlp_ratio"] as number | undefined) ?? (base && (halves * base.mlpDim) / base.width);
  if (width === undefined || ratio === undefined) return config;
  return { ...config, mlpDim: Math.floor(Math.floor(width * ratio) / halves) };
}

function complete(config: Partial<VitConfig>, where: string): VitConfig {
  const { imageSize = 224, patchSize = 16, width, depth, heads, classes = 0, mlpDim } = config;
  if (width === undefined || depth === undefined || heads === undefined) {
    throw new FormatError(`${where}: expected "model_args" with embed_dim, depth and num_heads, got ${shown(config)}`);
  }
  return { ...config, imageSize, patchSize, width, depth, heads, classes, mlpDim: mlpDim ?? 4 * width };
}

function isActivation(value: unknown): value is (typeof activations)[number] {
  return activations.some((name) => name === value);
}

function isPool(value: unknown): value is keyof typeof pools {
  return typeof value === "string" && Object.hasOwn(pools, value);
}

function stemFrom(value: unknown): VitConfig["stem"] {
  const { kind, hidden } = (value ?? {}) as { kind?: unknown; hidden?: unknown };
  if (kind !== "pooled" && kind !== "whitened") return undefined;
  if (!Array.isArray(hidden) || !hidden.every((one) => Number.isInteger(one) && one > 0)) return undefined;
  return { kind, hidden: hidden as number[] };
}
