import { FormatError, type TimmArgument, type TimmModel, timmArguments, variantConfig, shown } from "@tessera/core";
import type { ResNetConfig } from "../config.ts";
import { isResNetName } from "../create.ts";
import { resnetVariants } from "../variants.ts";

const { only, share, side, whole, withoutEffect } = timmArguments;

/** Arguments of timm's ResNet that we understand. */
const known: Readonly<Record<string, TimmArgument<ResNetConfig>>> = {
  ...withoutEffect<ResNetConfig>(),
  global_pool: only("avg"),
  // timm's takes any size and has no argument for it; ours says the size that it was trained with.
  img_size: side((imageSize) => ({ imageSize })),
  in_chans: whole((channels) => ({ channels })),
  num_classes: whole((classes) => ({ classes }), 0),
  layers: (value) => {
    const depths = four(value);
    return depths && { depths };
  },
  channels: (value) => {
    const widths = four(value);
    return widths && { widths };
  },
  output_stride: (value) => (value === 8 || value === 16 || value === 32 ? { outputStride: value } : undefined),
  drop_rate: share((dropout) => ({ dropout })),
  drop_path_rate: share((dropPath) => ({ dropPath })),
};

/**
 * A variant with the arguments of a timm config.
 * @throws {FormatError} on another architecture, an argument that is not known, or a value that it cannot have.
 */
export function readTimm({ architecture, model_args: args = {} }: TimmModel, where: string): ResNetConfig {
  if (!isResNetName(architecture))
    throw new FormatError(`${where}: expected a ResNet that is known as "architecture", got ${shown(architecture)}`);
  return {
    ...variantConfig<ResNetConfig>("readTimm", resnetVariants, architecture),
    ...timmArguments.read(known, args, where),
  };
}

function four(value: unknown): [number, number, number, number] | undefined {
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  if (!value.every((one) => Number.isInteger(one) && one > 0)) return undefined;
  return value as [number, number, number, number];
}
