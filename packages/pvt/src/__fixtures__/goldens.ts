// Tiny models of both versions, with the reference's weights, inputs and values.
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Goldens, channelsLast, readGoldens, restore, restoredUnder } from "@tessera/testing";
import type { PvtConfig } from "../config.ts";
import { Pvt } from "../model.ts";

export const files = {
  pvt_v1: new URL("./pvt_v1.safetensors", import.meta.url),
  pvt_v2: new URL("./pvt_v2.safetensors", import.meta.url),
  pvt_v2_li: new URL("./pvt_v2_li.safetensors", import.meta.url),
};

export type GoldenName = keyof typeof files;

type Four = [number, number, number, number];

/** Arguments of timm's constructor; version 1's are named alike. */
interface Arguments {
  num_classes: number;
  depths: Four;
  embed_dims: Four;
  num_heads: Four;
  mlp_ratios: Four;
  sr_ratios: Four;
  linear?: boolean;
}

function configOf(name: GoldenName, args: Arguments): PvtConfig {
  return {
    version: name === "pvt_v1" ? 1 : 2,
    imageSize: 64,
    depths: args.depths,
    widths: args.embed_dims,
    heads: args.num_heads,
    mlpRatios: args.mlp_ratios,
    reductions: args.sr_ratios,
    linear: args.linear,
    classes: args.num_classes,
    // Version 1's values are those of transformers, which has one for all norms.
    ...(name === "pvt_v1" && { epsilon: 1e-6 }),
  };
}

export async function loaded(
  name: GoldenName,
  overrides: Partial<PvtConfig> = {},
): Promise<{ goldens: Goldens; model: Pvt; images: Tensor4D }> {
  const goldens = await readGoldens(files[name]);
  const model = new Pvt({ ...configOf(name, goldens.config as unknown as Arguments), ...overrides });
  await model.load(Object.fromEntries(restoredUnder(goldens, "weights/")));
  return { goldens, model, images: channelsLast(restore(goldens.get("input"))) };
}
