import { TesseraError, type WrittenTimmModel } from "@tessera/core";
import type { Preprocessing } from "@tessera/data";

/** `config.json` as timm writes it, so that `timm.create_model("local-dir:FOLDER", pretrained=True)` makes the same model. */
export function timmConfigOf(
  { first_conv, classifier, ...model }: WrittenTimmModel,
  { classes, channels = 3 }: { classes: number; channels?: number },
  labels: readonly string[],
  preprocessing: Preprocessing,
): Record<string, unknown> {
  return {
    ...model,
    num_classes: classes,
    ...(labels.length > 0 && { label_names: labels }),
    pretrained_cfg: { ...pretrainedOf(preprocessing, channels), num_classes: classes, first_conv, classifier },
  };
}

function pretrainedOf({ size, resize, interpolation, mean, std, scale }: Preprocessing, channels: number): object {
  const [height, width] = size;
  if (resize.rule === "none") throw new TesseraError("saveModel: expected pictures that are resized, got rule none");
  const scaled = resize.rule === "short-side" ? resize.pixels : Math.min(resize.height, resize.width);
  const least = Math.min(height, width);
  return {
    input_size: [channels, height, width],
    // timm divides by it and rounds down: half a pixel more keeps the quotient above the whole number
    crop_pct: scaled === least ? 1 : least / (scaled + 0.5),
    crop_mode: { "short-side": "center", cover: "center", squash: "squash", contain: "border" }[resize.rule],
    interpolation,
    // of bytes that 1 / 255 brings to 0…1
    mean: mean.map((value) => value / (255 * scale)),
    std: std.map((value) => value / (255 * scale)),
  };
}
