// Tiny models with each option of the family, with timm's weights, inputs and values.
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Goldens, channelsLast, readGoldens, restore, restoredUnder } from "@tessera/testing";
import type { VitConfig } from "../config.ts";
import { Vit } from "../model.ts";

export const files = {
  vit: new URL("./vit.safetensors", import.meta.url),
  vit_rect: new URL("./vit_rect.safetensors", import.meta.url),
  vit_avgpool: new URL("./vit_avgpool.safetensors", import.meta.url),
  vit_layerscale_noembedclass: new URL("./vit_layerscale_noembedclass.safetensors", import.meta.url),
  vit_registers: new URL("./vit_registers.safetensors", import.meta.url),
  vit_qknorm_noqkvbias: new URL("./vit_qknorm_noqkvbias.safetensors", import.meta.url),
  vit_prenorm_mlp2: new URL("./vit_prenorm_mlp2.safetensors", import.meta.url),
  vit_nocls_map: new URL("./vit_nocls_map.safetensors", import.meta.url),
  deit_distilled: new URL("./deit_distilled.safetensors", import.meta.url),
};

export type GoldenName = keyof typeof files;

/** Arguments of timm's constructor. */
interface TimmConfig {
  img_size: number | [number, number];
  patch_size: number | [number, number];
  embed_dim: number;
  depth: number;
  num_heads: number;
  num_classes: number;
  mlp_ratio?: number;
  global_pool?: "token" | "avg" | "map";
  init_values?: number;
  no_embed_class?: boolean;
  reg_tokens?: number;
  qk_norm?: boolean;
  qkv_bias?: boolean;
  pre_norm?: boolean;
  class_token?: boolean;
}

function configOf(timm: TimmConfig, name: string): VitConfig {
  return {
    imageSize: timm.img_size,
    patchSize: timm.patch_size,
    width: timm.embed_dim,
    depth: timm.depth,
    heads: timm.num_heads,
    mlpDim: timm.embed_dim * (timm.mlp_ratio ?? 4),
    classes: timm.num_classes,
    pool: timm.global_pool === "avg" ? "mean" : timm.global_pool === "map" ? "attention" : "token",
    layerScale: timm.init_values,
    positionOnPrefix: !timm.no_embed_class,
    registers: timm.reg_tokens,
    qkNorm: timm.qk_norm,
    qkvBias: timm.qkv_bias,
    preNorm: timm.pre_norm,
    classToken: timm.class_token,
    distilled: name.startsWith("deit_distilled"),
  };
}

export async function loaded(name: GoldenName): Promise<{ goldens: Goldens; model: Vit; images: Tensor4D }> {
  const goldens = await readGoldens(files[name]);
  const model = new Vit(configOf(goldens.config as unknown as TimmConfig, name));
  await model.load(Object.fromEntries(restoredUnder(goldens, "weights/")));
  return { goldens, model, images: channelsLast(restore(goldens.get("input"))) };
}
