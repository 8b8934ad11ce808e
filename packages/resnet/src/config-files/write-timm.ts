import { TesseraError, type WrittenTimmModel, side } from "@tessera/core";
import type { ResNetConfig } from "../config.ts";
import { STEM_WIDTH, WIDTHS } from "../stages.ts";

/**
 * A ResNet for `config.json` of timm, which says all of its arguments. One for small pictures has no name in timm and gets ours.
 * @throws {TesseraError} if timm's ResNet has no such option.
 */
export function writeTimm(config: ResNetConfig): WrittenTimmModel {
  refuse(config);
  const { widths = WIDTHS, outputStride = 32, channels } = config;
  return {
    architecture: entryPoint(config),
    model_args: {
      img_size: side(config.imageSize),
      layers: [...config.depths],
      channels: [...widths],
      ...(channels !== undefined && { in_chans: channels }),
      ...(outputStride !== 32 && { output_stride: outputStride }),
    },
    first_conv: "conv1",
    classifier: "fc",
  };
}

/** As all sizes are given, what else the name stands for does not matter. */
function entryPoint({ block, stem }: ResNetConfig): string {
  if (stem === "small") return "resnet18_32";
  return block === "basic" ? "resnet18" : "resnet50";
}

function refuse({ block, stem, stemWidth = STEM_WIDTH, frozenNorm, epsilon = 1e-5 }: ResNetConfig): void {
  const other =
    (stem === "small" && block === "bottleneck" && "bottlenecks behind a small stem") ||
    (stemWidth !== STEM_WIDTH && `a stem of ${stemWidth} channels`) ||
    (frozenNorm && "frozen norms") ||
    // timm's norms have 1e-5, and no argument for it that JSON could hold
    (epsilon !== 1e-5 && `epsilon ${epsilon} and not 1e-5`);
  if (!other) return;
  throw new TesseraError(
    `saveModel: expected a model that timm's ResNet describes by its arguments, got one with ${other}; save its weights alone with saveSafetensors`,
  );
}
