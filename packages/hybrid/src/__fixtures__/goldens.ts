// Tiny hybrids with timm's weights, inputs and values.
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Goldens, channelsLast, readGoldens, restore, restoredUnder } from "@tessera/testing";
import type { HybridConfig } from "../config.ts";
import { Hybrid } from "../model.ts";

export const files = {
  hybrid_s16: new URL("./hybrid_s16.safetensors", import.meta.url),
  hybrid_s32_odd: new URL("./hybrid_s32_odd.safetensors", import.meta.url),
  hybrid_stem: new URL("./hybrid_stem.safetensors", import.meta.url),
};

export type GoldenName = keyof typeof files;

/** Arguments of timm's constructors. */
interface TimmConfig {
  layers: number[];
  channels: number[];
  stem: number;
  groups: number;
  img_size: [number, number];
  patch_size: number;
  embed_dim: number;
  depth: number;
  num_heads: number;
  num_classes: number;
}

export function configOf(config: TimmConfig): HybridConfig {
  const { layers: depths, channels: widths, stem, groups } = config;
  return {
    imageSize: config.img_size,
    patchSize: config.patch_size,
    width: config.embed_dim,
    depth: config.depth,
    heads: config.num_heads,
    mlpDim: 4 * config.embed_dim,
    classes: config.num_classes,
    backbone: { depths, widths, stem, groups },
  };
}

export async function loaded(name: GoldenName): Promise<{ goldens: Goldens; model: Hybrid; images: Tensor4D }> {
  const goldens = await readGoldens(files[name]);
  const model = new Hybrid(configOf(goldens.config as unknown as TimmConfig));
  await model.load(Object.fromEntries(restoredUnder(goldens, "weights/")));
  return { goldens, model, images: channelsLast(restore(goldens.get("input"))) };
}
