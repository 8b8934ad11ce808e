import { type Checkpoint, type Dialect, FormatError, type HuggingFaceTable, type Rule, reversedRules } from "@tessera/core"; // prettier-ignore

const backbone = "model.backbone.conv_encoder.model";
const model = "model.";
const telling = "model.decoder.layers.0.encoder_attn.sampling_offsets.weight";

function sampling(from: string, to: string): Rule[] {
  return ["sampling_offsets", "attention_weights", "value_proj", "output_proj"].map((part) => [`${from}.${part}.{p}`, `${to}.${part}.{p}`]); // prettier-ignore
}

function layer(part: "encoder" | "decoder", norms: readonly (readonly [from: string, to: string])[]): Rule[] {
  const [from, to] = [`model.${part}.layers.{i}`, `transformer.${part}.layers.{i}`];
  return [
    ...[1, 2].map((i): Rule => [`${from}.fc${i}.{p}`, `${to}.linear${i}.{p}`]),
    ...norms.map(([theirs, ours]): Rule => [`${from}.${theirs}.{p}`, `${to}.${ours}.{p}`]),
  ];
}

/** A convolution, or a norm with its statistics, of the backbone. */
function inBackbone(path: string): Rule[] {
  return ["{p}", "running_mean", "running_var"].map((part) => [`${backbone}.${path}.${part}`, `backbone.0.body.${path}.${part}`]); // prettier-ignore
}

const decoder = "transformer.decoder.layers.{i}";
const shared: readonly Rule[] = [
  ...["conv1", "bn1"].flatMap(inBackbone),
  ...["conv1", "bn1", "conv2", "bn2", "conv3", "bn3", "downsample.0", "downsample.1"].flatMap((part) =>
    inBackbone(`layer{s}.{i}.${part}`),
  ),
  ["model.level_embed", "transformer.level_embed"],
  ["model.query_position_embeddings.weight", "query_embed.weight"],
  ...["reference_points", "enc_output", "enc_output_norm", "pos_trans", "pos_trans_norm"].map((part): Rule => [
    `model.${part}.{p}`,
    `transformer.${part}.{p}`,
  ]),
  ["model.input_proj.{s}.{i}.{p}", "input_proj.{s}.{i}.{p}"],
  ...sampling("model.encoder.layers.{i}.self_attn", "transformer.encoder.layers.{i}.self_attn"),
  ...layer("encoder", [
    ["self_attn_layer_norm", "norm1"],
    ["final_layer_norm", "norm2"],
  ]),
  ...sampling("model.decoder.layers.{i}.encoder_attn", `${decoder}.cross_attn`),
  // Queries, keys and values are one tensor in the official files.
  ...["weight", "bias"].map((part): Rule => [["q", "k", "v"].map((one) => `model.decoder.layers.{i}.self_attn.${one}_proj.${part}`), `${decoder}.self_attn.in_proj_${part}`]), // prettier-ignore
  ["model.decoder.layers.{i}.self_attn.out_proj.{p}", `${decoder}.self_attn.out_proj.{p}`],
  ...layer("decoder", [
    ["self_attn_layer_norm", "norm2"],
    ["encoder_attn_layer_norm", "norm1"],
    ["final_layer_norm", "norm3"],
  ]),
];

/** Heads that the decoder needs between its layers are the decoder's in transformers' files. */
function rulesFor({ refine, twoStage }: { refine: boolean; twoStage: boolean }): Rule[] {
  return [
    ...shared,
    [`${twoStage ? "model.decoder." : ""}class_embed.{i}.{p}`, "class_embed.{i}.{p}"],
    [`${refine ? "model.decoder." : ""}bbox_embed.{i}.layers.{s}.{p}`, "bbox_embed.{i}.layers.{s}.{p}"],
  ];
}

/** Without the beginning. */
function bare(name: string): string {
  return name.startsWith(model) ? name.slice(model.length) : name;
}

/**
 * Deformable DETR by the names in transformers' files, its ResNet by timm's. Older files have heads twice, outside of the decoder too, and
 * those that all layers share as often as there are layers. https://github.com/huggingface/transformers/tree/main/src/transformers/models/deformable_detr
 */
export const huggingFace: Dialect = {
  name: "huggingface",
  translate(names) {
    // All names of a model in two stages begin alike, so that their beginning is taken for a wrapper's.
    if (names.includes(telling.slice(model.length))) {
      const wrapped = huggingFace.translate(names.map((name) => model + name))!;
      return { rules: wrapped.rules.map(([from, to]): Rule => [typeof from === "string" ? bare(from) : from.map(bare), to]), dropped: wrapped.dropped?.map(bare) ?? [] }; // prettier-ignore
    }
    if (!names.includes(telling)) return undefined;
    if (names.includes(`${backbone}.embedder.embedder.convolution.weight`))
      throw new FormatError(
        "toTimmNames: expected Deformable DETR with a backbone in timm's names, got one in transformers'; take the repository's main revision",
      );
    const kind = {
      refine: names.some((name) => name.startsWith("model.decoder.bbox_embed.")),
      twoStage: names.some((name) => name.startsWith("model.decoder.class_embed.")),
    };
    const again = [
      ...(kind.refine ? [/^bbox_embed\./] : [/^(class|bbox)_embed\.[1-9]/]),
      ...(kind.twoStage ? [/^class_embed\./] : []),
    ];
    const dropped = names.filter((name) => again.some((pattern) => pattern.test(name)));
    return { rules: rulesFor(kind), dropped: ["*.num_batches_tracked", ...dropped] };
  },
};

/** Transformers' names for a Deformable DETR with a ResNet. */
export function namesForHuggingFace(tensors: Checkpoint["tensors"]): HuggingFaceTable {
  const kind = { refine: tensors.has("bbox_embed.1.layers.0.weight"), twoStage: tensors.has("transformer.enc_output.weight") }; // prettier-ignore
  return { modelType: "deformable_detr", rules: reversedRules(rulesFor(kind)) };
}
