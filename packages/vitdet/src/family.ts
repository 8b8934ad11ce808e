import type { Checkpoint, Dialect } from "@tessera/core";
import type { DetectorFamily, PretrainedDetector } from "@tessera/detection";
import type { VitDetConfig } from "./config.ts";
import { createVitDet, isVitDetName } from "./create.ts";
import { VitDet } from "./model.ts";
import { vitDetVariants } from "./variants.ts";

/** detectron2's names, which are ours: said, lest the backbone is taken for a ViT. Masks are not drawn. */
const detectron2: Dialect = {
  name: "detectron2",
  translate: (names) =>
    names.includes("backbone.simfp_2.0.weight")
      ? { rules: [], dropped: ["roi_heads.mask_head.*", "pixel_mean", "pixel_std"] }
      : undefined,
};

/** Of detectron2's model zoo: a pickle of NumPy arrays. */
const pretrained: PretrainedDetector = {
  file: "https://dl.fbaipublicfiles.com/detectron2/ViTDet/COCO/mask_rcnn_vitdet_b/f325346929/model_final_61ccd1.pkl",
  labels: "coco-80",
  license: "cc-by-nc-4.0",
};

/** ViTDets, as what loads and lists models sees them. */
export const vitDetFamily = {
  name: "vitdet",
  variants: vitDetVariants,
  build: (config: VitDetConfig) => new VitDet(config),
  create: createVitDet,
  pretrained: (variant: string) => (isVitDetName(variant) ? pretrained : undefined),
  configFrom(tensors: Checkpoint["tensors"]) {
    const outputs = tensors.get("roi_heads.box_predictor.cls_score.weight")?.shape[0];
    return outputs === undefined ? {} : { classes: outputs - 1 };
  },
  dialects: [detectron2],
  pixels: {
    shortest: 1024,
    longest: 1024,
    rounding: "half-up",
    scale: 1,
    mean: [123.675, 116.28, 103.53],
    std: [58.395, 57.12, 57.375],
  },
} satisfies DetectorFamily<VitDet>;
