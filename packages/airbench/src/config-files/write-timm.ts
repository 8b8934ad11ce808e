import { TesseraError, type WrittenTimmModel, side } from "@tessera/core";
import type { AirbenchConfig } from "../config.ts";

/**
 * A network for `config.json` in timm's manner, which says all of its sizes. timm has none of the name, ours reads it.
 * @throws {TesseraError} for an option that no argument says.
 */
export function writeTimm(config: AirbenchConfig): WrittenTimmModel {
  const { imageSize, widths, depth = 2, channels, headDivisor = 9, epsilon = 1e-5 } = config;
  if (headDivisor !== 9 || epsilon !== 1e-5)
    throw new TesseraError(
      `saveModel: expected headDivisor 9 and epsilon 1e-5, got ${headDivisor} and ${epsilon}; save its weights alone with saveSafetensors`,
    );
  return {
    architecture: "airbench94",
    model_args: {
      img_size: side(imageSize),
      channels: [...widths],
      depth,
      ...(channels !== undefined && { in_chans: channels }),
    },
    first_conv: "whiten",
    classifier: "head",
  };
}
