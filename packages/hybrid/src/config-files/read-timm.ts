import { FormatError, type TimmArgument, type TimmModel, shown, timmArguments, variantConfig } from "@tessera/core";
import type { HybridConfig } from "../config.ts";
import { isHybridName } from "../create.ts";
import { hybridVariants } from "../variants.ts";

const { flag, share, side, whole } = timmArguments;

/** Arguments of timm's VisionTransformer that hybrids are made with, and ours for the convolutions, which timm has in its code. */
const known: Readonly<Record<string, TimmArgument<HybridConfig>>> = {
  img_size: side((imageSize) => ({ imageSize })),
  patch_size: whole((patchSize) => ({ patchSize })),
  in_chans: whole((channels) => ({ channels })),
  num_classes: whole((classes) => ({ classes }), 0),
  embed_dim: whole((width) => ({ width })),
  depth: whole((depth) => ({ depth })),
  num_heads: whole((heads) => ({ heads })),
  // Needs the width; see below.
  mlp_ratio: (value) => (typeof value === "number" && value > 0 ? {} : undefined),
  backbone: (value) => {
    const backbone = backboneFrom(value);
    return backbone && { backbone };
  },
  drop_rate: share((dropout) => ({ dropout })),
  drop_path_rate: share((dropPath) => ({ dropPath })),
  patch_drop_rate: share((patchDropout) => ({ patchDropout })),
  // Ours takes any size in any case.
  dynamic_img_size: flag(() => ({})),
};

/**
 * A variant with the arguments of a timm config.
 * @throws {FormatError} on another architecture, an argument that is not known, or a value that it cannot have.
 */
export function readTimm({ architecture, model_args: args = {} }: TimmModel, where: string): HybridConfig {
  if (!isHybridName(architecture))
    throw new FormatError(`${where}: expected a hybrid that is known as "architecture", got ${shown(architecture)}`);
  const base = variantConfig<HybridConfig>("readTimm", hybridVariants, architecture);
  const config = { ...base, ...timmArguments.read(known, args, where) };
  // timm knows the ratio only, and so it stays when the width changes.
  const ratio = (args["mlp_ratio"] as number | undefined) ?? base.mlpDim / base.width;
  return { ...config, mlpDim: Math.floor(config.width * ratio) };
}

function backboneFrom(value: unknown): HybridConfig["backbone"] | undefined {
  const { depths, widths, stem, groups } = (value ?? {}) as Record<string, unknown>;
  if (!isCounts(depths) || (widths !== undefined && !isCounts(widths))) return undefined;
  if (![stem, groups].every((one) => one === undefined || isCounts([one]))) return undefined;
  return {
    depths,
    ...(widths !== undefined && { widths }),
    ...(stem !== undefined && { stem: stem as number }),
    ...(groups !== undefined && { groups: groups as number }),
  };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => Number.isInteger(one) && one > 0);
}
