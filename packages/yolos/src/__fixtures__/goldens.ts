import { type Tensor, type Tensor4D, dispose } from "@tensorflow/tfjs-core";
import { toTimmNames } from "@tessera/core";
import type { Targets } from "@tessera/detection";
import { type Goldens, channelsLast, checkpointOf, readGoldens, restore } from "@tessera/testing";
import { yolosFamily } from "../family.ts";
import type { Yolos } from "../model.ts";

/** Their addresses, each written out so that bundlers of pages see them. */
export const files = {
  yolos_plain: new URL("./yolos_plain.safetensors", import.meta.url),
  yolos_interpolated: new URL("./yolos_interpolated.safetensors", import.meta.url),
};

export type GoldenName = keyof typeof files;

export interface Loaded {
  goldens: Goldens;
  model: Yolos;
  images: Tensor4D;
  targets: Targets[];
}

/** The tiny model of a file with its weights, its pictures and what lies on them. */
export async function loaded(name: GoldenName): Promise<Loaded> {
  const goldens = await readGoldens(files[name]);
  const { tensors } = underOurNames(goldens, "weights/");
  const model = yolosFamily.build(yolosFamily.huggingFace.read(goldens.config, name, tensors));
  await model.load(tensors);
  const pixels = restore(goldens.get("input/images"));
  const images = channelsLast(pixels);
  dispose(pixels);
  const targets = [0, 1].map((i) => ({
    labels: goldens.get(`target/${i}/labels`).data,
    boxes: goldens.get(`target/${i}/boxes`).data,
  }));
  return { goldens, model, images, targets };
}

/** Gradients of the file by our paths. */
export async function gradientsOf(goldens: Goldens): Promise<Map<string, Tensor>> {
  const gradients = new Map<string, Tensor>();
  for (const [path, { shape, read }] of underOurNames(goldens, "grads/").tensors)
    gradients.set(path, restore({ shape: [...shape], data: (await read()) as Float32Array }));
  return gradients;
}

function underOurNames(goldens: Goldens, prefix: string) {
  const stored = [...goldens.tensors].filter(([key]) => key.startsWith(prefix));
  const file = checkpointOf(
    Object.fromEntries(
      stored.map(([key, { shape, data }]) => [
        key.slice(prefix.length),
        { dtype: "F32", shape, read: async () => data as Float32Array },
      ]),
    ),
  );
  return toTimmNames(file, yolosFamily.dialects).checkpoint;
}
