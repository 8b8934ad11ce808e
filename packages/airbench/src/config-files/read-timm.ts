import { FormatError, type TimmArgument, type TimmModel, timmArguments, variantConfig, shown } from "@tessera/core";
import type { AirbenchConfig } from "../config.ts";
import { isAirbenchName } from "../create.ts";
import { airbenchVariants } from "../variants.ts";

const { share, side, whole } = timmArguments;

/** Arguments in timm's manner; timm itself has no such network. */
const known: Readonly<Record<string, TimmArgument<AirbenchConfig>>> = {
  img_size: side((imageSize) => ({ imageSize })),
  in_chans: whole((channels) => ({ channels })),
  num_classes: whole((classes) => ({ classes }), 0),
  channels: (value) => {
    const widths = three(value);
    return widths && { widths };
  },
  depth: (value) => (value === 2 || value === 3 ? { depth: value } : undefined),
  drop_rate: share((dropout) => ({ dropout })),
  // Presets give it to every model; here are no paths to drop.
  drop_path_rate: share(() => ({})),
};

/**
 * A variant with the arguments of a config.
 * @throws {FormatError} on another architecture, an argument that is not known, or a value that it cannot have.
 */
export function readTimm({ architecture, model_args: args = {} }: TimmModel, where: string): AirbenchConfig {
  if (!isAirbenchName(architecture))
    throw new FormatError(`${where}: expected an airbench as "architecture", got ${shown(architecture)}`);
  return {
    ...variantConfig<AirbenchConfig>("readTimm", airbenchVariants, architecture),
    ...timmArguments.read(known, args, where),
  };
}

function three(value: unknown): [number, number, number] | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  if (!value.every((one) => Number.isInteger(one) && one > 0)) return undefined;
  return value as [number, number, number];
}
