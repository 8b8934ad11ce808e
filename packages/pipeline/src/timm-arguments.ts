import { FormatError } from "@tessera/core";
import type { VitConfig } from "@tessera/vit";

/** What an argument means for our configuration; undefined for a value that timm would not write. */
type Translation = (value: unknown) => Partial<VitConfig> | undefined;

/** Activations that timm and we call the same. */
const activations = ["gelu", "gelu_tanh", "quick_gelu", "relu", "silu"] as const;

const pools = { token: "token", avg: "mean", map: "attention" } as const;

const whole =
  (translate: (value: number) => Partial<VitConfig>, least = 1): Translation =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least ? translate(value as number) : undefined;

const flag =
  (translate: (value: boolean) => Partial<VitConfig>): Translation =>
  (value) =>
    typeof value === "boolean" ? translate(value) : undefined;

const share =
  (translate: (value: number) => Partial<VitConfig>): Translation =>
  (value) =>
    typeof value === "number" && value >= 0 && value < 1 ? translate(value) : undefined;

/** A side, or height and width. */
const size =
  (translate: (value: number | [number, number]) => Partial<VitConfig>): Translation =>
  (value) => {
    const sides = Array.isArray(value) ? value : [value];
    if (sides.length > 2 || !sides.every((side) => Number.isInteger(side) && side > 0)) return undefined;
    return translate(sides.length === 2 ? [sides[0], sides[1]] : sides[0]);
  };

/** Arguments of timm's VisionTransformer that we understand. */
const translations: Record<string, Translation> = {
  img_size: size((imageSize) => ({ imageSize })),
  patch_size: size((patchSize) => ({ patchSize })),
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
  act_layer: (value) => (isActivation(value) ? { activation: value } : undefined),
  drop_rate: share((dropout) => ({ dropout })),
  drop_path_rate: share((dropPath) => ({ dropPath })),
  // Ours takes any size in any case.
  dynamic_img_size: flag(() => ({})),
};

/**
 * `model_args` of a timm config as ours. `base` is the variant that they change, if they change one.
 * @throws {FormatError} on an argument that is not known, or a value that it cannot have.
 */
export function timmArguments(
  args: Record<string, unknown>,
  where: string,
  base?: Pick<VitConfig, "width" | "mlpDim" | "mlp">,
): Partial<VitConfig> {
  const config: Partial<VitConfig> = {};
  for (const [name, value] of Object.entries(args)) {
    if (!Object.hasOwn(translations, name)) {
      const known = Object.keys(translations).join(", ");
      throw new FormatError(`${where}: expected "model_args" among ${known}, got "${name}"`);
    }
    const translated = translations[name]!(value);
    if (!translated) {
      throw new FormatError(`${where}: expected "${name}" as timm writes it, got ${JSON.stringify(value)}`);
    }
    Object.assign(config, translated);
  }
  // timm knows the ratio only, and so it stays when the width changes. Of SwiGLU it counts both halves.
  const halves = base?.mlp === "swiglu" ? 2 : 1;
  const width = config.width ?? base?.width;
  const ratio = (args["mlp_ratio"] as number | undefined) ?? (base && (halves * base.mlpDim) / base.width);
  if (width === undefined || ratio === undefined) return config;
  return { ...config, mlpDim: Math.floor(Math.floor(width * ratio) / halves) };
}

function isActivation(value: unknown): value is (typeof activations)[number] {
  return activations.some((name) => name === value);
}

function isPool(value: unknown): value is keyof typeof pools {
  return typeof value === "string" && Object.hasOwn(pools, value);
}
