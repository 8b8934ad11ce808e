import { type Tensor, type Tensor4D, dispose } from "@tensorflow/tfjs-core";
import type { PictureSizes, Targets } from "@tessera/detection";
import { type Goldens, channelsLast, readGoldens, restore, restoredUnder } from "@tessera/testing";
import { resnetBackbone } from "../backbone.ts";
import { Detr } from "../model.ts";

/** Their addresses, each written out so that bundlers of pages see them. */
export const files = {
  detr_plain: new URL("./detr_plain.safetensors", import.meta.url),
  detr_dc5: new URL("./detr_dc5.safetensors", import.meta.url),
};

export type GoldenName = keyof typeof files;

interface ReferenceConfig {
  model: { d: number; heads: number; enc: number; dec: number; ffn: number; queries: number; classes: number };
  backbone: {
    stem: number;
    planes: [number, number, number, number];
    layers: [number, number, number, number];
    dilate_last?: boolean;
  };
  sizes: [height: number, width: number][];
}

export interface Loaded {
  goldens: Goldens;
  model: Detr;
  images: Tensor4D;
  sizes: PictureSizes;
  targets: Targets[];
}

/** The tiny model of a file with its weights, its padded pictures and what lies on them. */
export async function loaded(name: GoldenName): Promise<Loaded> {
  const goldens = await readGoldens(files[name]);
  const { model: m, backbone: b, sizes } = goldens.config as unknown as ReferenceConfig;
  const model = new Detr(
    {
      classes: m.classes,
      queries: m.queries,
      width: m.d,
      heads: m.heads,
      encoderDepth: m.enc,
      decoderDepth: m.dec,
      mlpDim: m.ffn,
    },
    resnetBackbone({
      block: "bottleneck",
      depths: b.layers,
      widths: b.planes,
      stemWidth: b.stem,
      ...(b.dilate_last && { outputStride: 16 }),
    }),
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
  return { goldens, model, images, sizes, targets };
}
