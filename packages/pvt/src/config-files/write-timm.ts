import { TesseraError, type WrittenTimmModel, side } from "@tessera/core";
import type { PvtConfig } from "../config.ts";

/**
 * A PVT for `config.json` of timm, which says all of its arguments. What timm has not is written all the same, for ours to read:
 * version 1 under its authors' name, another size than 224, one epsilon for all norms.
 *
 * @throws {TesseraError} if timm's PyramidVisionTransformerV2 has no such option.
 */
export function writeTimm(config: PvtConfig): WrittenTimmModel {
  refuse(config);
  const { version, channels, qkvBias, linear, epsilon } = config;
  return {
    architecture: entryPoint(config),
    model_args: {
      // timm's version 2 takes any size, and no argument for it.
      ...((version === 1 || config.imageSize !== 224) && { img_size: side(config.imageSize) }),
      depths: [...config.depths],
      embed_dims: [...config.widths],
      num_heads: [...config.heads],
      mlp_ratios: [...config.mlpRatios],
      sr_ratios: [...config.reductions],
      ...(channels !== undefined && { in_chans: channels }),
      ...(qkvBias !== undefined && { qkv_bias: qkvBias }),
      ...(linear !== undefined && { linear }),
      ...(epsilon !== undefined && { epsilon }),
    },
    first_conv: version === 1 ? "patch_embed1.proj" : "patch_embed.proj",
    classifier: "head",
  };
}

/** As all sizes are given, what else the name stands for does not matter. */
function entryPoint({ version, linear }: PvtConfig): string {
  if (version === 1) return "pvt_tiny";
  return linear ? "pvt_v2_b2_li" : "pvt_v2_b0";
}

function refuse({ activation = "gelu" }: PvtConfig): void {
  if (activation === "gelu") return;
  throw new TesseraError(
    `saveModel: expected a model that timm's PyramidVisionTransformerV2 describes by its arguments, got one with activation ${activation}; save it as huggingface, or its weights alone with saveSafetensors`,
  );
}
