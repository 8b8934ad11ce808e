import { TesseraError, pair } from "@tessera/core";
import type { Preprocessing } from "@tessera/data";
import { type Tnt, createTnt, tntNames } from "@tessera/tnt";
import type { VitConfig } from "@tessera/vit";

const pools = { token: "token", mean: "avg", attention: "map" } as const;

/** A side where both are alike, as configs write it. */
export function side(size: VitConfig["imageSize"]): number | [number, number] {
  const [height, width] = pair(size);
  return height === width ? height : [height, width];
}

/**
 * `config.json` as timm writes it, so that `timm.create_model("local-dir:FOLDER", pretrained=True)` makes the same model.
 * @throws {TesseraError} if timm's VisionTransformer has no such option.
 */
export function timmConfigOf(
  config: VitConfig,
  labels: readonly string[],
  preprocessing: Preprocessing,
): Record<string, unknown> {
  refuse(config);
  const isGated = config.mlp === "swiglu";
  const args: Record<string, unknown> = {
    img_size: side(config.imageSize),
    patch_size: side(config.patchSize),
    in_chans: config.channels,
    embed_dim: config.width,
    depth: config.depth,
    num_heads: config.heads,
    mlp_ratio: ratio(config.width, config.mlpDim * (isGated ? 2 : 1)),
    qkv_bias: config.qkvBias,
    qk_norm: config.qkNorm,
    init_values: config.layerScale,
    class_token: config.classToken,
    no_embed_class: config.positionOnPrefix === undefined ? undefined : !config.positionOnPrefix,
    reg_tokens: config.registers,
    pre_norm: config.preNorm,
    global_pool: config.pool && pools[config.pool],
    act_layer: isGated || config.activation === "gelu" ? undefined : config.activation,
  };
  return {
    architecture: entryPoint(config),
    num_classes: config.classes,
    ...(labels.length > 0 && { label_names: labels }),
    model_args: Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)),
    pretrained_cfg: {
      ...pretrainedOf(preprocessing, config.channels ?? 3),
      num_classes: config.classes,
      first_conv: "patch_embed.proj",
      classifier: config.distilled ? ["head", "head_dist"] : "head",
    },
  };
}

/**
 * `config.json` of a published TNT, with any classes and image size.
 * @throws {TesseraError} for a TNT of one's own, which timm has no name for.
 */
export function timmTntConfigOf(
  { config }: Tnt,
  labels: readonly string[],
  preprocessing: Preprocessing,
): Record<string, unknown> {
  const { classes, imageSize } = config;
  const same = JSON.stringify(sorted(config));
  const name = tntNames.find(
    (known) => JSON.stringify(sorted(createTnt(known, { classes, imageSize }).config)) === same,
  );
  if (name === undefined)
    throw new TesseraError(
      "saveModel: expected a published TNT, with any classes and image size, got one of its own; save its weights alone with saveSafetensors",
    );
  return {
    architecture: name,
    num_classes: classes,
    ...(labels.length > 0 && { label_names: labels }),
    model_args: { img_size: side(imageSize) },
    pretrained_cfg: {
      ...pretrainedOf(preprocessing, 3),
      num_classes: classes,
      first_conv: "pixel_embed.proj",
      classifier: "head",
    },
  };
}

/** What differs from TNT's defaults, which a loader may have written out. */
function sorted(config: object): [string, unknown][] {
  const defaults: Record<string, unknown> = { activation: "gelu", epsilon: 1e-5 };
  const own = Object.entries(config).filter(([name, value]) => value !== undefined && value !== defaults[name]);
  return own.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** timm has no name for any ViT. As all arguments are given, what else the name stands for does not matter. */
function entryPoint({ distilled, mlp }: VitConfig): string {
  if (distilled) return "deit_tiny_distilled_patch16_224";
  return mlp === "swiglu" ? "vit_giant_patch14_dinov2" : "vit_tiny_patch16_224";
}

function refuse(config: VitConfig): void {
  const other =
    (config.distilled && config.distilledHead === false && "a distillation token without its head") ||
    (config.distilled && config.mlp === "swiglu" && "a distillation token and SwiGLU") ||
    (config.mlp === "swiglu" && config.layerScale === undefined && "SwiGLU without layer scale") ||
    (config.preLogits && "pre-logits") ||
    (config.positions && "positions of its own") ||
    (config.activation === "none" && "no activation") ||
    // timm's norms have 1e-6, and no argument for it that JSON could hold
    (config.epsilon !== undefined && config.epsilon !== 1e-6 && `epsilon ${config.epsilon} and not 1e-6`);
  if (!other) return;
  throw new TesseraError(
    `saveModel: expected a model that timm's VisionTransformer describes by its arguments, got one with ${other}; save it as huggingface, or its weights alone with saveSafetensors`,
  );
}

/** A ratio that gives the whole number back when timm multiplies and rounds down. */
function ratio(width: number, hidden: number): number {
  const exact = hidden / width;
  return Math.floor(width * exact) === hidden ? exact : (hidden + 0.5) / width;
}

function pretrainedOf({ size, resize, interpolation, mean, std, scale }: Preprocessing, channels: number): object {
  const [height, width] = size;
  if (resize.rule === "none") throw new TesseraError("saveModel: expected pictures that are resized, got rule none");
  const scaled = resize.rule === "short-side" ? resize.pixels : Math.min(resize.height, resize.width);
  const least = Math.min(height, width);
  return {
    input_size: [channels, height, width],
    // timm divides by it and rounds down: half a pixel more keeps the quotient above the whole number
    crop_pct: scaled === least ? 1 : least / (scaled + 0.5),
    crop_mode: { "short-side": "center", cover: "center", squash: "squash", contain: "border" }[resize.rule],
    interpolation,
    // of bytes that 1 / 255 brings to 0…1
    mean: mean.map((value) => value / (255 * scale)),
    std: std.map((value) => value / (255 * scale)),
  };
}
