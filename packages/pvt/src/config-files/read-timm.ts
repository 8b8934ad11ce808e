import { FormatError, type TimmArgument, type TimmModel, shown, timmArguments, variantConfig } from "@tessera/core";
import type { PvtConfig } from "../config.ts";
import { isPvtName } from "../create.ts";
import { pvtVariants } from "../variants.ts";
import { positives, wholes } from "./stage-values.ts";

const { flag, share, side, whole } = timmArguments;

/** Arguments of timm's PyramidVisionTransformerV2 that we understand. */
const known: Readonly<Record<string, TimmArgument<PvtConfig>>> = {
  // timm's takes any size and has no argument for it; ours says the size that it was trained with.
  img_size: side((imageSize) => ({ imageSize })),
  in_chans: whole((channels) => ({ channels })),
  num_classes: whole((classes) => ({ classes }), 0),
  depths: (value) => wholes(value) && { depths: wholes(value)! },
  embed_dims: (value) => wholes(value) && { widths: wholes(value)! },
  num_heads: (value) => wholes(value) && { heads: wholes(value)! },
  mlp_ratios: (value) => positives(value) && { mlpRatios: positives(value)! },
  sr_ratios: (value) => wholes(value) && { reductions: wholes(value)! },
  qkv_bias: flag((qkvBias) => ({ qkvBias })),
  linear: flag((linear) => ({ linear })),
  global_pool: (value) => (value === "avg" ? {} : undefined),
  // Ours, of models that transformers wrote: timm has two.
  epsilon: (value) => (typeof value === "number" && value > 0 ? { epsilon: value } : undefined),
  drop_rate: share((dropout) => ({ dropout })),
  drop_path_rate: share((dropPath) => ({ dropPath })),
};

/**
 * A variant with the arguments of a timm config.
 * @throws {FormatError} on another architecture, an argument that is not known, or a value that it cannot have.
 */
export function readTimm({ architecture, model_args: args = {} }: TimmModel, where: string): PvtConfig {
  if (!isPvtName(architecture))
    throw new FormatError(`${where}: expected a PVT that is known as "architecture", got ${shown(architecture)}`);
  return {
    ...variantConfig<PvtConfig>("readTimm", pvtVariants, architecture),
    ...timmArguments.read(known, args, where),
  };
}
