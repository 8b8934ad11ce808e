import { type Tensor, type Tensor4D, dispose } from "@tensorflow/tfjs-core";
import type { PictureSizes, Targets } from "@tessera/detection";
import { type Goldens, channelsLast, readGoldens, restore, restoredUnder } from "@tessera/testing";
import { resnetBackbone } from "../backbone.ts";
import { DeformableDetr } from "../model.ts";

/** Their addresses, each written out so that bundlers of pages see them. */
export const files = {
  plain: new URL("./deformable_detr_plain.safetensors", import.meta.url),
  single_scale: new URL("./deformable_detr_single_scale.safetensors", import.meta.url),
  refine: new URL("./deformable_detr_refine.safetensors", import.meta.url),
  two_stage: new URL("./deformable_detr_two_stage.safetensors", import.meta.url),
};

export type GoldenName = keyof typeof files;

interface ReferenceConfig {
  model: {
    d: number;
    heads: number;
    enc: number;
    dec: number;
    ffn: number;
    queries: number;
    classes: number;
    levels: number;
    points: number;
    refine?: boolean;
    two_stage?: boolean;
  };
  backbone: {
    stem: number;
    planes: [number, number, number, number];
    layers: [number, number, number, number];
  };
  sizes: [height: number, width: number][];
  top: number;
}

export interface Loaded {
  goldens: Goldens;
  model: DeformableDetr;
  images: Tensor4D;
  sizes: PictureSizes;
  targets: Targets[];
  /** Detections that were kept of a picture. */
  top: number;
}

/** The tiny model of a file with its weights, its padded pictures and what lies on them. */
export async function loaded(name: GoldenName): Promise<Loaded> {
  const goldens = await readGoldens(files[name]);
  const { model: m, backbone: b, sizes, top } = goldens.config as unknown as ReferenceConfig;
  const model = new DeformableDetr(
    {
      classes: m.classes,
      queries: m.queries,
      width: m.d,
      heads: m.heads,
      levels: m.levels,
      points: m.points,
      encoderDepth: m.enc,
      decoderDepth: m.dec,
      mlpDim: m.ffn,
      refine: m.refine === true,
      twoStage: m.two_stage === true,
    },
    resnetBackbone({ block: "bottleneck", depths: b.layers, widths: b.planes, stemWidth: b.stem }, m.levels),
  );
  const weights: Record<string, Tensor> = Object.fromEntries(restoredUnder(goldens, "weights/"));
  await model.load(weights);
  const pixels = restore(goldens.get("input/pixel_values"));
  const images = channelsLast(pixels);
  dispose([pixels, ...Object.values(weights)]);
  const targets = sizes.map((_, i) => ({
    labels: goldens.get(`target/${i}/labels`).data,
    boxes: goldens.get(`target/${i}/boxes`).data,
  }));
  return { goldens, model, images, sizes, targets, top };
}
