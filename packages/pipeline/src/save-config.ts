import { TesseraError, pair } from "@tessera/core";
import type { Preprocessing } from "@tessera/data";
import type { VitConfig } from "@tessera/vit";

/** Names of Pillow's filters in transformers' configs. */
const resample = { nearest: 0, lanczos: 1, bilinear: 2, bicubic: 3, box: 4, hamming: 5 } as const;

/** A side where both are alike, as configs write it. */
function side(size: VitConfig["imageSize"]): number | [number, number] {
  const [height, width] = pair(size);
  return height === width ? height : [height, width];
}

/**
 * `config.json` as timm writes it, for an architecture's name or `vit` with every argument.
 * @throws {TesseraError} if timm's VisionTransformer has no such option.
 */
export function timmConfigOf(
  config: VitConfig,
  labels: readonly string[],
  preprocessing: Preprocessing,
): Record<string, unknown> {
  const other = config.distilled
    ? "a distillation token"
    : config.preLogits
      ? "pre-logits"
      : config.positions
        ? "positions of one's own"
        : config.mlp === "swiglu"
          ? "SwiGLU"
          : undefined;
  if (other)
    throw new TesseraError(
      `saveModel: expected a model that timm's VisionTransformer describes by its arguments, got ${other}; save the weights alone with saveSafetensors`,
    );
  const { height, width } = { height: preprocessing.size[0], width: preprocessing.size[1] };
  const shorter = preprocessing.resize.rule === "short-side" ? preprocessing.resize.pixels : Math.min(height, width);
  const args: Record<string, unknown> = {
    img_size: side(config.imageSize),
    patch_size: side(config.patchSize),
    in_chans: config.channels,
    embed_dim: config.width,
    depth: config.depth,
    num_heads: config.heads,
    mlp_ratio: config.mlpDim / config.width,
    qkv_bias: config.qkvBias,
    qk_norm: config.qkNorm,
    init_values: config.layerScale,
    class_token: config.classToken,
    no_embed_class: config.positionOnPrefix === undefined ? undefined : !config.positionOnPrefix,
    reg_tokens: config.registers,
    pre_norm: config.preNorm,
    global_pool: config.pool && { token: "token", mean: "avg", attention: "map" }[config.pool],
  };
  return {
    architecture: "vit",
    num_classes: config.classes,
    ...(labels.length > 0 && { label_names: labels }),
    model_args: Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)),
    pretrained_cfg: {
      input_size: [config.channels ?? 3, height, width],
      crop_pct: Math.min(height, width) / shorter,
      crop_mode: preprocessing.resize.rule === "squash" ? "squash" : "center",
      interpolation: preprocessing.interpolation,
      mean: preprocessing.mean,
      std: preprocessing.std,
      num_classes: config.classes,
    },
  };
}

/** `config.json` and `preprocessor_config.json` as transformers writes them. */
export function huggingFaceConfigsOf(
  config: VitConfig,
  type: string,
  labels: readonly string[],
  preprocessing: Preprocessing,
): { config: Record<string, unknown>; preprocessor: Record<string, unknown> } {
  const isDinov2 = type.startsWith("dinov2");
  const id2label = Object.fromEntries(labels.map((label, i) => [String(i), label]));
  const shared = {
    model_type: type,
    architectures: [architectureOf(type, config)],
    hidden_size: config.width,
    num_hidden_layers: config.depth,
    num_attention_heads: config.heads,
    hidden_act: {
      none: "linear",
      gelu: "gelu",
      gelu_tanh: "gelu_pytorch_tanh",
      quick_gelu: "quick_gelu",
      relu: "relu",
      silu: "silu",
    }[config.activation ?? "gelu"],
    image_size: side(config.imageSize),
    patch_size: side(config.patchSize),
    num_channels: config.channels ?? 3,
    qkv_bias: config.qkvBias ?? true,
    layer_norm_eps: config.epsilon ?? 1e-6,
    ...(labels.length > 0 && { id2label, label2id: Object.fromEntries(labels.map((label, i) => [label, i])) }),
  };
  const own = isDinov2
    ? {
        mlp_ratio: config.mlp === "swiglu" ? 4 : config.mlpDim / config.width,
        layerscale_value: config.layerScale,
        use_swiglu_ffn: config.mlp === "swiglu",
        ...(config.registers && { num_register_tokens: config.registers }),
      }
    : { intermediate_size: config.mlpDim };
  const { resize, size, scale, mean, std, interpolation } = preprocessing;
  const [height, width] = size;
  const sized =
    resize.rule === "short-side"
      ? { size: { shortest_edge: resize.pixels }, do_center_crop: true, crop_size: { height, width } }
      : { size: { height, width } };
  const preprocessor = {
    // ViTImageProcessor squashes and does not crop; DeiT's and DINOv2's do both
    image_processor_type: resize.rule === "short-side" ? "BitImageProcessor" : "ViTImageProcessor",
    do_resize: resize.rule !== "none",
    ...sized,
    resample: resample[interpolation],
    do_rescale: true,
    rescale_factor: scale,
    do_normalize: true,
    image_mean: mean,
    image_std: std,
  };
  return { config: { ...shared, ...own }, preprocessor };
}

function architectureOf(type: string, { classes }: VitConfig): string {
  const base =
    { vit: "ViT", deit: "DeiT", dinov2: "Dinov2", dinov2_with_registers: "Dinov2WithRegisters" }[type] ?? type;
  if (type === "deit") return `${base}${classes > 0 ? "ForImageClassificationWithTeacher" : "Model"}`;
  return `${base}${classes > 0 && type === "vit" ? "ForImageClassification" : "Model"}`;
}
