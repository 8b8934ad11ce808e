import { TesseraError } from "@tessera/core";
import type { Preprocessing } from "@tessera/data";

/** Pillow's filters by their numbers. */
const resample = { nearest: 0, lanczos: 1, bilinear: 2, bicubic: 3, box: 4, hamming: 5 } as const;

/** What a transformers `config.json` says of a model's classes; names of its own where there are none. */
export function huggingFaceLabels(classes: number, labels: readonly string[]): Record<string, unknown> {
  const names = labels.length > 0 ? labels : Array.from({ length: classes }, (_, i) => `LABEL_${i}`);
  return {
    id2label: Object.fromEntries(names.map((label, i) => [String(i), label])),
    label2id: Object.fromEntries(names.map((label, i) => [label, i])),
  };
}

/** `preprocessor_config.json` as transformers writes it. */
export function huggingFacePreprocessorOf({
  resize,
  size: [height, width],
  scale,
  mean,
  std,
  interpolation,
}: Preprocessing): Record<string, unknown> {
  const edge =
    resize.rule === "short-side"
      ? resize.pixels
      : resize.rule === "cover" && resize.height === resize.width
        ? resize.height
        : undefined;
  if (edge === undefined && resize.rule !== "squash")
    throw new TesseraError(
      `saveModel: expected pictures that are squashed or cropped, as transformers does, got rule ${resize.rule}; save it as timm`,
    );
  const squashed = resize.rule === "squash" ? { height: resize.height, width: resize.width } : undefined;
  const crops = squashed?.height !== height || squashed.width !== width;
  return {
    // ViTImageProcessor squashes and does not crop
    image_processor_type: crops ? "BitImageProcessor" : "ViTImageProcessor",
    do_resize: true,
    size: squashed ?? { shortest_edge: edge },
    ...(crops && { do_center_crop: true, crop_size: { height, width } }),
    resample: resample[interpolation],
    do_rescale: true,
    rescale_factor: scale,
    do_normalize: true,
    image_mean: mean,
    image_std: std,
  };
}
