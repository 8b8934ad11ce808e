import {
  type Checkpoint,
  type Dialect,
  FormatError,
  type HuggingFaceTable,
  type Rule,
  reversedRules,
} from "@tessera/core";

const backbone = "model.backbone.conv_encoder.model";
const telling = "model.decoder.layers.0.encoder_attn.q_proj.weight";

/** Queries, keys and values are one tensor in the official files. */
function attention(from: string, to: string): Rule[] {
  return [
    ...["weight", "bias"].map((part): Rule => [["q", "k", "v"].map((one) => `${from}.${one}_proj.${part}`), `${to}.in_proj_${part}`]), // prettier-ignore
    [`${from}.out_proj.{p}`, `${to}.out_proj.{p}`],
  ];
}

function layer(part: "encoder" | "decoder", norms: readonly (readonly [from: string, to: string])[]): Rule[] {
  const [from, to] = [`model.${part}.layers.{i}`, `transformer.${part}.layers.{i}`];
  return [
    ...attention(`${from}.self_attn`, `${to}.self_attn`),
    ...(part === "decoder" ? attention(`${from}.encoder_attn`, `${to}.multihead_attn`) : []),
    ...[1, 2].map((i): Rule => [`${from}.fc${i}.{p}`, `${to}.linear${i}.{p}`]),
    ...norms.map(([theirs, ours]): Rule => [`${from}.${theirs}.{p}`, `${to}.${ours}.{p}`]),
  ];
}

/** A convolution, or a norm with its statistics, of the backbone. */
function inBackbone(path: string): Rule[] {
  return ["{p}", "running_mean", "running_var"].map((part) => [`${backbone}.${path}.${part}`, `backbone.0.body.${path}.${part}`]); // prettier-ignore
}

const rules: readonly Rule[] = [
  ...["conv1", "bn1"].flatMap(inBackbone),
  ...["conv1", "bn1", "conv2", "bn2", "conv3", "bn3", "downsample.0", "downsample.1"].flatMap((part) =>
    inBackbone(`layer{s}.{i}.${part}`),
  ),
  ["model.input_projection.{p}", "input_proj.{p}"],
  ["model.query_position_embeddings.weight", "query_embed.weight"],
  ...layer("encoder", [
    ["self_attn_layer_norm", "norm1"],
    ["final_layer_norm", "norm2"],
  ]),
  ...layer("decoder", [
    ["self_attn_layer_norm", "norm1"],
    ["encoder_attn_layer_norm", "norm2"],
    ["final_layer_norm", "norm3"],
  ]),
  ["model.decoder.layernorm.{p}", "transformer.decoder.norm.{p}"],
  ["class_labels_classifier.{p}", "class_embed.{p}"],
  ["bbox_predictor.layers.{i}.{p}", "bbox_embed.layers.{i}.{p}"],
];

/** DETR by the names in transformers' files, its ResNet by timm's. https://github.com/huggingface/transformers/tree/main/src/transformers/models/detr */
export const huggingFace: Dialect = {
  name: "huggingface",
  translate(names) {
    if (!names.includes(telling)) return undefined;
    if (names.includes(`${backbone}.embedder.embedder.convolution.weight`))
      throw new FormatError(
        "toTimmNames: expected DETR with a backbone in timm's names, got one in transformers'; take the repository's main revision",
      );
    return { rules, dropped: ["*.num_batches_tracked"] };
  },
};

/** Transformers' names for a DETR with a ResNet. */
export function namesForHuggingFace(_tensors: Checkpoint["tensors"]): HuggingFaceTable {
  return { modelType: "detr", rules: reversedRules(rules) };
}
