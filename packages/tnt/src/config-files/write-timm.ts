import { TesseraError, type WrittenTimmModel, side, timmArguments } from "@tessera/core";
import type { TntConfig } from "../config.ts";
import { createTnt } from "../create.ts";
import { tntNames } from "../variants.ts";

const pools = { token: "token", mean: "avg" } as const;

/**
 * A TNT for `config.json` of timm: a published one by its name, with any classes and image size, and one of one's own by
 * all of its arguments. One without positions is called `tnt`, which timm refuses.
 *
 * @throws {TesseraError} for options that timm's TNT has no argument for.
 */
export function writeTimm(config: TntConfig): WrittenTimmModel {
  const { classes, imageSize } = config;
  const same = JSON.stringify(sorted(config));
  const published = tntNames.find(
    (known) => JSON.stringify(sorted(createTnt(known, { classes, imageSize }).config)) === same,
  );
  const described = published
    ? { architecture: published, model_args: { img_size: side(imageSize) } }
    : { architecture: ownName(config), model_args: argumentsOf(config) };
  return { ...described, first_conv: "pixel_embed.proj", classifier: "head" };
}

function argumentsOf(config: TntConfig): Record<string, unknown> {
  refuse(config);
  const args: Record<string, unknown> = {
    img_size: side(config.imageSize),
    patch_size: side(config.patchSize),
    in_chans: config.channels,
    embed_dim: config.width,
    inner_dim: config.innerWidth,
    depth: config.depth,
    num_heads_inner: config.innerHeads,
    num_heads_outer: config.heads,
    mlp_ratio: timmArguments.ratio(config.width, config.mlpDim),
    qkv_bias: config.qkvBias,
    global_pool: config.pool && pools[config.pool],
    first_stride: config.innerPatchSize,
    legacy: config.legacy,
    inner_positions: config.innerPositions === false ? false : undefined,
    outer_positions: config.outerPositions === false ? false : undefined,
  };
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
}

/** As all arguments are given, what else timm's name stands for does not matter. */
function ownName({ innerPositions, outerPositions }: TntConfig): string {
  return innerPositions === false || outerPositions === false ? "tnt" : "tnt_s_patch16_224";
}

function refuse(config: TntConfig): void {
  const other =
    (typeof config.outerPositions === "function" && "positions of its own") ||
    (config.innerMlpDim !== undefined &&
      config.innerMlpDim !== 4 * config.innerWidth &&
      "an inner MLP of another size") ||
    (typeof config.innerPatchSize === "object" && "words that are not square") ||
    (config.activation !== undefined && config.activation !== "gelu" && `activation ${config.activation}`) ||
    (config.epsilon !== undefined && config.epsilon !== 1e-5 && `epsilon ${config.epsilon} and not 1e-5`);
  if (!other) return;
  throw new TesseraError(
    `saveModel: expected a model that timm's TNT describes by its arguments, got one with ${other}; save its weights alone with saveSafetensors`,
  );
}

/** What differs from TNT's defaults, which a loader may have written out. */
function sorted(config: object): [string, unknown][] {
  const defaults: Record<string, unknown> = { activation: "gelu", epsilon: 1e-5 };
  const own = Object.entries(config).filter(([name, value]) => value !== undefined && value !== defaults[name]);
  return own.sort(([a], [b]) => (a < b ? -1 : 1));
}
