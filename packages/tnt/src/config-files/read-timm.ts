import { FormatError, type TimmArgument, type TimmModel, timmArguments, variantConfig } from "@tessera/core";
import type { TntConfig } from "../config.ts";
import { isTntName } from "../create.ts";
import { tntVariants } from "../variants.ts";

/** Arguments that timm writes for a published TNT; the other ones would make a TNT of one's own. */
const known: Readonly<Record<string, TimmArgument<TntConfig>>> = {
  img_size: timmArguments.side((imageSize) => ({ imageSize })),
};

/**
 * A published TNT with the arguments of a timm config.
 * @throws {FormatError} on another architecture or argument.
 */
export function readTimm({ architecture, model_args: args = {} }: TimmModel, where: string): TntConfig {
  if (!isTntName(architecture))
    throw new FormatError(`${where}: expected a published TNT as "architecture", got "${architecture}"`);
  return {
    ...variantConfig<TntConfig>("readTimm", tntVariants, architecture),
    ...timmArguments.read(known, args, where),
  };
}
