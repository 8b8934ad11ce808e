// Tiny models with each option of the family, with timm's weights, inputs and values.
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Goldens, channelsLast, readGoldens, restore, restoredUnder } from "@tessera/testing";
import type { SwinConfig } from "../config.ts";
import { Swin } from "../model.ts";

export const files = {
  swin: new URL("./swin.safetensors", import.meta.url),
  swin_pad: new URL("./swin_pad.safetensors", import.meta.url),
  swin_odd: new URL("./swin_odd.safetensors", import.meta.url),
  swin_window_clamped: new URL("./swin_window_clamped.safetensors", import.meta.url),
  swin_always_partition: new URL("./swin_always_partition.safetensors", import.meta.url),
  swinv2: new URL("./swinv2.safetensors", import.meta.url),
  swinv2_odd: new URL("./swinv2_odd.safetensors", import.meta.url),
  swinv2_pretrained_window: new URL("./swinv2_pretrained_window.safetensors", import.meta.url),
};

export type GoldenName = keyof typeof files;

/** Arguments of timm's constructor, and the windows that it made of them. */
export interface TimmConfig {
  img_size: [number, number];
  patch_size: number;
  embed_dim: number;
  depths: number[];
  num_heads: number[];
  window_size: number;
  num_classes: number;
  always_partition?: boolean;
  /** Of version 2. */
  pretrained_window_sizes?: number[];
  blocks: Record<string, { window: [number, number]; shift: [number, number] }>;
}

export function configOf(timm: TimmConfig): SwinConfig {
  return {
    imageSize: timm.img_size,
    patchSize: timm.patch_size,
    width: timm.embed_dim,
    depths: timm.depths,
    heads: timm.num_heads,
    windowSize: timm.window_size,
    classes: timm.num_classes,
    alwaysPartition: timm.always_partition ?? false,
    ...(timm.pretrained_window_sizes && { version: 2, pretrainedWindows: timm.pretrained_window_sizes }),
  };
}

export async function loaded(
  name: GoldenName,
  overrides: Partial<SwinConfig> = {},
): Promise<{ goldens: Goldens; model: Swin; images: Tensor4D; timm: TimmConfig }> {
  const goldens = await readGoldens(files[name]);
  const timm = goldens.config as unknown as TimmConfig;
  const model = new Swin({ ...configOf(timm), ...overrides });
  await model.load(Object.fromEntries(restoredUnder(goldens, "weights/")));
  return { goldens, model, images: channelsLast(restore(goldens.get("input"))), timm };
}
