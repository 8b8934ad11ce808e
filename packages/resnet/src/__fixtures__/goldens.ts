// Tiny models with each option of the family, with timm's weights, inputs and values.
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Goldens, channelsLast, readGoldens, restore, restoredUnder } from "@tessera/testing";
import type { ResNetConfig } from "../config.ts";
import { ResNet } from "../model.ts";

export const files = {
  resnet_basic: new URL("./resnet_basic.safetensors", import.meta.url),
  resnet_bottleneck: new URL("./resnet_bottleneck.safetensors", import.meta.url),
  resnet_bottleneck_dc5: new URL("./resnet_bottleneck_dc5.safetensors", import.meta.url),
  resnet_train: new URL("./resnet_train.safetensors", import.meta.url),
};

export type GoldenName = keyof typeof files;

/** Arguments of timm's constructor. */
interface TimmConfig {
  block: "basic" | "bottleneck";
  layers: [number, number, number, number];
  channels: [number, number, number, number];
  num_classes: number;
  output_stride?: 16;
}

function configOf({ block, layers, channels, num_classes, output_stride }: TimmConfig): ResNetConfig {
  return { imageSize: 64, block, depths: layers, widths: channels, classes: num_classes, outputStride: output_stride };
}

export async function loaded(name: GoldenName): Promise<{ goldens: Goldens; model: ResNet; images: Tensor4D }> {
  const goldens = await readGoldens(files[name]);
  const model = new ResNet(configOf(goldens.config as unknown as TimmConfig));
  await model.load(Object.fromEntries([...restoredUnder(goldens, "weights/"), ...restoredUnder(goldens, "buffers/")]));
  return { goldens, model, images: channelsLast(restore(goldens.get("input"))) };
}
