import { type Tensor, type Tensor4D, dispose } from "@tensorflow/tfjs-core";
import { toTimmNames } from "@tessera/core";
import { type PictureSizes, type Targets, toCentres } from "@tessera/detection";
import { type Goldens, channelsLast, checkpointOf, readGoldens, restore } from "@tessera/testing";
import { resnetBackbone } from "../backbone.ts";
import { sparseRcnnDialects } from "../convert.ts";
import { SparseRcnn } from "../model.ts";

interface ReferenceConfig {
  model: { d: number; heads: number; ffn: number; stages: number; proposals: number; classes: number; dynamic: number; canonical: number }; // prettier-ignore
  backbone: {
    stem: number;
    planes: [number, number, number, number];
    layers: [number, number, number, number];
  };
  sizes: [height: number, width: number][];
}

export interface Loaded {
  goldens: Goldens;
  model: SparseRcnn;
  images: Tensor4D;
  sizes: PictureSizes;
  targets: Targets[];
}

/** The tiny model of the file with its weights, in the authors' names, its padded pictures and what lies on them. */
export async function loaded(): Promise<Loaded> {
  const goldens = await readGoldens(new URL("./sparse_rcnn.safetensors", import.meta.url));
  const { model: m, backbone: b, sizes } = goldens.config as unknown as ReferenceConfig;
  const model = new SparseRcnn(
    {
      classes: m.classes,
      proposals: m.proposals,
      stages: m.stages,
      width: m.d,
      heads: m.heads,
      mlpDim: m.ffn,
      dynamicWidth: m.dynamic,
      canonicalSize: m.canonical,
    },
    resnetBackbone({ block: "bottleneck", depths: b.layers, widths: b.planes, stemWidth: b.stem }),
  );
  const weights = [...goldens.tensors].filter(([key]) => key.startsWith("weights/"));
  const file = checkpointOf(
    Object.fromEntries(
      weights.map(([key, { shape, data }]) => [
        key.slice("weights/".length),
        { dtype: "F32", shape, read: async () => data as Float32Array },
      ]),
    ),
  );
  await model.load(toTimmNames(file, sparseRcnnDialects).checkpoint);
  const pixels = restore(goldens.get("input/images"));
  const images = channelsLast(pixels);
  dispose(pixels);
  const targets = sizes.map(([height, width], i) => ({
    labels: goldens.get(`target/${i}/labels`).data,
    boxes: toCentres(goldens.get(`target/${i}/boxes`).data).map((value, at) => value / (at % 2 === 0 ? width : height)),
  }));
  return { goldens, model, images, sizes, targets };
}

/** Gradients of the file by our paths. */
export function gradientsOf(goldens: Goldens): Map<string, Tensor> {
  const stored = [...goldens.tensors].filter(([key]) => key.startsWith("grads/"));
  const file = checkpointOf(
    Object.fromEntries([
      ...stored.map(([key, { shape, data }]) => [
        key.slice("grads/".length),
        { dtype: "F32", shape, read: async () => data as Float32Array },
      ]),
    ]),
  );
  const { checkpoint } = toTimmNames(file, sparseRcnnDialects);
  const names = [...checkpoint.tensors.keys()];
  return new Map(names.map((name, i) => [name, restore(stored[i]![1])]));
}
