import { FormatError, type TimmArgument, type TimmModel, shown, timmArguments, variantConfig } from "@tessera/core";
import type { SwinConfig } from "../config.ts";
import { isSwinName } from "../create.ts";
import { swinVariants } from "../variants.ts";

const { flag, share, side, whole } = timmArguments;

/** Arguments of timm's SwinTransformer and SwinTransformerV2 that we understand. */
const known: Readonly<Record<string, TimmArgument<SwinConfig>>> = {
  img_size: side((imageSize) => ({ imageSize })),
  patch_size: whole((patchSize) => ({ patchSize })),
  in_chans: whole((channels) => ({ channels })),
  num_classes: whole((classes) => ({ classes }), 0),
  embed_dim: whole((width) => ({ width })),
  depths: list((depths) => ({ depths })),
  num_heads: list((heads) => ({ heads })),
  window_size: (value) => {
    const windowSize = windowsFrom(value);
    return windowSize === undefined ? undefined : { windowSize };
  },
  mlp_ratio: (value) => (typeof value === "number" && value > 0 ? { mlpRatio: value } : undefined),
  qkv_bias: flag((qkvBias) => ({ qkvBias })),
  always_partition: flag((alwaysPartition) => ({ alwaysPartition })),
  pretrained_window_sizes: list((pretrainedWindows) => ({ pretrainedWindows }), 0),
  // Ours takes any size in any case.
  strict_img_size: flag(() => ({})),
  global_pool: (value) => (value === "avg" ? {} : undefined),
  drop_rate: share((headDropout) => ({ headDropout })),
  proj_drop_rate: share((dropout) => ({ dropout })),
  drop_path_rate: share((dropPath) => ({ dropPath })),
};

/**
 * A variant with the arguments of a timm config.
 * @throws {FormatError} on another architecture, an argument that is not known, or a value that it cannot have.
 */
export function readTimm({ architecture, model_args: args = {} }: TimmModel, where: string): SwinConfig {
  if (!isSwinName(architecture))
    throw new FormatError(`${where}: expected a Swin that is known as "architecture", got ${shown(architecture)}`);
  return {
    ...variantConfig<SwinConfig>("readTimm", swinVariants, architecture),
    ...timmArguments.read(known, args, where),
  };
}

/** Whole numbers, one a stage. */
function list(translate: (values: number[]) => Partial<SwinConfig>, least = 1): TimmArgument<SwinConfig> {
  return (value) => (isList(value, least) ? translate(value) : undefined);
}

function isList(value: unknown, least: number): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => Number.isInteger(one) && one >= least);
}

/** Two numbers are height and width of all windows to timm; other lists have a side for each stage. */
function windowsFrom(value: unknown): number | number[] | undefined {
  const sides = Array.isArray(value) ? value : [value];
  if (!isList(sides, 1)) return undefined;
  if (sides.length > 2) return sides;
  return sides.every((one) => one === sides[0]) ? sides[0] : undefined;
}
