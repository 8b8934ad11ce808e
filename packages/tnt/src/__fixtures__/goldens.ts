// Tiny models with each option of the family, with timm's weights, inputs and values.
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Goldens, channelsLast, readGoldens, restore, restoredUnder } from "@tessera/testing";
import type { TntConfig } from "../config.ts";
import { Tnt } from "../model.ts";

export const files = {
  tnt: new URL("./tnt.safetensors", import.meta.url),
  tnt_avgpool_qkvbias: new URL("./tnt_avgpool_qkvbias.safetensors", import.meta.url),
  tnt_legacy: new URL("./tnt_legacy.safetensors", import.meta.url),
};

export type GoldenName = keyof typeof files;

/** Arguments of timm's constructor. */
interface TimmConfig {
  img_size: number;
  patch_size: number;
  embed_dim: number;
  inner_dim: number;
  depth: number;
  num_heads_inner: number;
  num_heads_outer: number;
  num_classes: number;
  global_pool?: "token" | "avg";
  qkv_bias?: boolean;
  legacy?: boolean;
}

function configOf(timm: TimmConfig): TntConfig {
  return {
    imageSize: timm.img_size,
    patchSize: timm.patch_size,
    width: timm.embed_dim,
    innerWidth: timm.inner_dim,
    depth: timm.depth,
    heads: timm.num_heads_outer,
    innerHeads: timm.num_heads_inner,
    mlpDim: 4 * timm.embed_dim,
    classes: timm.num_classes,
    pool: timm.global_pool === "avg" ? "mean" : "token",
    qkvBias: timm.qkv_bias,
    legacy: timm.legacy,
  };
}

export async function loaded(name: GoldenName): Promise<{ goldens: Goldens; model: Tnt; images: Tensor4D }> {
  const goldens = await readGoldens(files[name]);
  const model = new Tnt(configOf(goldens.config as unknown as TimmConfig));
  await model.load(Object.fromEntries(restoredUnder(goldens, "weights/")));
  return { goldens, model, images: channelsLast(restore(goldens.get("input"))) };
}
