import { type Tensor, type Tensor4D, dispose } from "@tensorflow/tfjs-core";
import { type PictureSizes, type Targets, toCentres } from "@tessera/detection";
import { type Goldens, channelsLast, readGoldens, restore, restoredUnder } from "@tessera/testing";
import { VitDet } from "../model.ts";

interface ReferenceConfig {
  vit: { image: number; patch: number; d: number; depth: number; heads: number; window: number; window_blocks: number[]; pretrain: number }; // prettier-ignore
  detector: { c: number; fc: number; classes: number };
  run: { anchor_sizes: [number, number, number, number, number]; pre_nms_top: number; post_nms_top: number; rpn_batch: number; roi_batch: number; score: number; top: number; canonical_size: number }; // prettier-ignore
  sizes: [height: number, width: number][];
}

export interface Loaded {
  goldens: Goldens;
  model: VitDet;
  images: Tensor4D;
  sizes: PictureSizes;
  targets: Targets[];
}

/** The tiny model of the file with its weights, its padded pictures and what lies on them. */
export async function loaded(): Promise<Loaded> {
  const goldens = await readGoldens(new URL("./vitdet_rpn.safetensors", import.meta.url));
  const { vit, detector, run, sizes } = goldens.config as unknown as ReferenceConfig;
  const model = new VitDet({
    imageSize: vit.image,
    patchSize: vit.patch,
    width: vit.d,
    depth: vit.depth,
    heads: vit.heads,
    mlpDim: 4 * vit.d,
    window: vit.window,
    globalEvery: vit.window_blocks.length + 1,
    pretrainedGrid: vit.pretrain / vit.patch,
    channels: detector.c,
    regionWidth: detector.fc,
    classes: detector.classes,
    rules: {
      anchorSizes: run.anchor_sizes,
      trainingCandidates: run.pre_nms_top,
      candidates: run.pre_nms_top,
      proposals: run.post_nms_top,
      anchorBatch: run.rpn_batch,
      regionBatch: run.roi_batch,
      canonicalSize: run.canonical_size,
      most: run.top,
      score: run.score,
    },
  });
  const weights: Record<string, Tensor> = Object.fromEntries(restoredUnder(goldens, "weights/"));
  await model.load(weights);
  const pixels = restore(goldens.get("input/images"));
  const images = channelsLast(pixels);
  dispose([pixels, ...Object.values(weights)]);
  const targets = sizes.map(([height, width], i) => ({
    labels: goldens.get(`target/${i}/labels`).data,
    boxes: toCentres(goldens.get(`target/${i}/boxes`).data).map((value, at) => value / (at % 2 === 0 ? width : height)),
  }));
  return { goldens, model, images, sizes, targets };
}
