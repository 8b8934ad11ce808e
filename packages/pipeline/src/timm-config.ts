import { FormatError } from "@tessera/core";
import { type Preprocessing, type TimmPretrainedConfig, timmPreprocessing } from "@tessera/data";
import { Vit, type VitConfig } from "@tessera/vit";
import { type Backbone, createBackbone, familyOf } from "./families.ts";

/** `config.json` of a timm repository, as far as it is read. */
export interface TimmConfig {
  /** A variant's name, or `vit` with every argument in `model_args`. */
  architecture: string;
  num_classes?: number;
  label_names?: string[];
  model_args?: Record<string, unknown>;
  pretrained_cfg?: TimmPretrainedConfig & { tag?: string; license?: string; num_classes?: number };
}

/** True for a parsed `config.json` in timm's form. */
export function isTimmConfig(config: unknown): config is TimmConfig {
  return typeof config === "object" && config !== null && typeof (config as TimmConfig).architecture === "string";
}

/**
 * The model that a timm config describes.
 * @throws {FormatError} on an architecture or argument that is not known.
 */
export function backboneFromTimm(config: TimmConfig, where: string): Backbone {
  const { architecture, model_args: args = {} } = config;
  const classes = config.num_classes ?? config.pretrained_cfg?.num_classes;
  if (familyOf(architecture))
    return createBackbone(architecture, { ...(classes !== undefined && { classes }), ...vitArguments(args, where) });
  if (architecture !== "vit" && architecture !== "vision_transformer") {
    throw new FormatError(
      `${where}: expected a known "architecture", got "${architecture}"; tessera models lists them`,
    );
  }
  return new Vit(fullConfig({ classes: classes ?? 0, ...vitArguments(args, where) }, where));
}

/** Preprocessing as the config's `pretrained_cfg` says. */
export function preprocessingFromTimm({ pretrained_cfg: pretrained = {} }: TimmConfig): Preprocessing {
  return timmPreprocessing(pretrained);
}

/** timm's constructor arguments and ours. */
const names: Record<string, (value: any, all: Record<string, any>) => Partial<VitConfig>> = {
  img_size: (imageSize) => ({ imageSize }),
  patch_size: (patchSize) => ({ patchSize }),
  embed_dim: (width) => ({ width }),
  depth: (depth) => ({ depth }),
  num_heads: (heads) => ({ heads }),
  mlp_ratio: (ratio, { embed_dim }) => ({ mlpDim: Math.floor(embed_dim * ratio) }),
  num_classes: (classes) => ({ classes }),
  in_chans: (channels) => ({ channels }),
  qkv_bias: (qkvBias) => ({ qkvBias }),
  qk_norm: (qkNorm) => ({ qkNorm }),
  init_values: (layerScale) => ({ layerScale: layerScale ?? undefined }),
  class_token: (classToken) => ({ classToken }),
  no_embed_class: (none) => ({ positionOnPrefix: !none }),
  reg_tokens: (registers) => ({ registers }),
  pre_norm: (preNorm) => ({ preNorm }),
  global_pool: (pool) => ({ pool: pool === "avg" ? "mean" : pool === "map" ? "attention" : pool }),
  drop_path_rate: (dropPath) => ({ dropPath }),
  drop_rate: (dropout) => ({ dropout }),
  dynamic_img_size: () => ({}),
};

function vitArguments(args: Record<string, unknown>, where: string): Partial<VitConfig> {
  const config: Partial<VitConfig> = {};
  for (const [name, value] of Object.entries(args)) {
    const translate = Object.hasOwn(names, name) ? names[name] : undefined;
    if (!translate)
      throw new FormatError(`${where}: expected "model_args" among ${Object.keys(names).join(", ")}, got "${name}"`);
    Object.assign(config, translate(value, args));
  }
  return config;
}

function fullConfig(config: Partial<VitConfig>, where: string): VitConfig {
  const { imageSize = 224, patchSize = 16, width, depth, heads, classes = 0 } = config;
  if (!width || !depth || !heads)
    throw new FormatError(
      `${where}: expected "model_args" with embed_dim, depth and num_heads, got ${JSON.stringify(config)}`,
    );
  return { ...config, imageSize, patchSize, width, depth, heads, classes, mlpDim: config.mlpDim ?? 4 * width };
}
