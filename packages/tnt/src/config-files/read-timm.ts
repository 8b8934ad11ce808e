import { FormatError, type TimmArgument, type TimmModel, timmArguments, variantConfig, shown } from "@tessera/core";
import type { TntConfig } from "../config.ts";
import { isTntName } from "../create.ts";
import { tntVariants } from "../variants.ts";

const { flag, share, side, whole, withoutEffect } = timmArguments;

const pools = { token: "token", avg: "mean" } as const;

/** Arguments of timm's TNT that we understand, and two of our own: whether words and patches have positions. */
const known: Readonly<Record<string, TimmArgument<TntConfig>>> = {
  ...withoutEffect<TntConfig>(),
  img_size: side((imageSize) => ({ imageSize })),
  patch_size: side((patchSize) => ({ patchSize })),
  in_chans: whole((channels) => ({ channels })),
  num_classes: whole((classes) => ({ classes }), 0),
  embed_dim: whole((width) => ({ width })),
  inner_dim: whole((innerWidth) => ({ innerWidth })),
  depth: whole((depth) => ({ depth })),
  num_heads_inner: whole((innerHeads) => ({ innerHeads })),
  num_heads_outer: whole((heads) => ({ heads })),
  // Needs the width; see below.
  mlp_ratio: (value) => (typeof value === "number" && value > 0 ? {} : undefined),
  qkv_bias: flag((qkvBias) => ({ qkvBias })),
  global_pool: (value) => (value === "token" || value === "avg" ? { pool: pools[value] } : undefined),
  drop_rate: share((dropout) => ({ dropout })),
  drop_path_rate: share((dropPath) => ({ dropPath })),
  first_stride: whole((innerPatchSize) => ({ innerPatchSize })),
  legacy: flag((legacy) => ({ legacy })),
  inner_positions: flag((innerPositions) => ({ innerPositions })),
  outer_positions: flag((outerPositions) => ({ outerPositions })),
};

/**
 * A variant with the arguments of a timm config, or a TNT that they describe from scratch.
 * @throws {FormatError} on an argument that is not known, a value that it cannot have, or too few of them.
 */
export function readTimm({ architecture, model_args: args = {} }: TimmModel, where: string): TntConfig {
  const base = isTntName(architecture)
    ? variantConfig<TntConfig>("readTimm", tntVariants, architecture)
    : { imageSize: 224, patchSize: 16, classes: 0 };
  const config: Partial<TntConfig> = { ...base, ...timmArguments.read(known, args, where) };
  const { width, innerWidth, depth, heads, innerHeads } = config;
  if (!width || !innerWidth || !depth || !heads || !innerHeads) {
    throw new FormatError(
      `${where}: expected "model_args" with embed_dim, inner_dim, depth, num_heads_inner and num_heads_outer, got ${shown(args)}`,
    );
  }
  // timm knows the ratio only, and so it stays when the width changes.
  const before = "mlpDim" in base ? base.mlpDim / base.width : 4;
  const ratio = (args["mlp_ratio"] as number | undefined) ?? before;
  return { ...(config as TntConfig), mlpDim: Math.floor(width * ratio) };
}
