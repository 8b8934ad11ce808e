import { type Dialect, FormatError, type Rule, type Translation, layouts } from "@tessera/core";

const { flat, hwioToOihw, intoHeads, outOfHeads, stacked, transposed } = layouts;

/** Kernel and bias of a dense layer. */
function dense(from: string, to: string): Rule[] {
  return [
    [`${from}/kernel`, `${to}.weight`, transposed],
    [`${from}/bias`, `${to}.bias`],
  ];
}

/** Scale and bias of a layer norm. */
function norm(from: string, to: string): Rule[] {
  return [
    [`${from}/scale`, `${to}.weight`],
    [`${from}/bias`, `${to}.bias`],
  ];
}

function block(attention: string, norm2: string, mlp: string): Rule[] {
  const [from, to] = ["Transformer/encoderblock_{i}", "blocks.{i}"];
  const qkv = (leaf: string): string[] =>
    ["query", "key", "value"].map((part) => `${from}/${attention}/${part}/${leaf}`);
  return [
    [qkv("kernel"), `${to}.attn.qkv.weight`, stacked(intoHeads)],
    [qkv("bias"), `${to}.attn.qkv.bias`, stacked(flat)],
    [`${from}/${attention}/out/kernel`, `${to}.attn.proj.weight`, outOfHeads],
    [`${from}/${attention}/out/bias`, `${to}.attn.proj.bias`],
    ...norm(`${from}/${norm2}`, `${to}.norm2`),
    ...dense(`${from}/${mlp}/Dense_0`, `${to}.mlp.fc1`),
    ...dense(`${from}/${mlp}/Dense_1`, `${to}.mlp.fc2`),
  ];
}

const pool = "MAPHead_0/MultiHeadDotProductAttention_0";

const rules: readonly Rule[] = [
  ["embedding/kernel", "patch_embed.proj.weight", hwioToOihw],
  ["embedding/bias", "patch_embed.proj.bias"],
  ["cls", "cls_token"],
  ["Transformer/posembed_input/pos_embedding", "pos_embed"],
  ["pos_embedding", "pos_embed"], // big_vision
  ...norm("Transformer/encoderblock_{i}/LayerNorm_0", "blocks.{i}.norm1"),
  ...block("MultiHeadDotProductAttention_1", "LayerNorm_2", "MlpBlock_3"), // before linen
  ...block("MultiHeadDotProductAttention_0", "LayerNorm_1", "MlpBlock_0"),
  ...norm("Transformer/encoder_norm", "norm"),
  ...dense("pre_logits", "pre_logits.fc"), // the original ImageNet-21k files
  ...dense("head", "head"),
  ["MAPHead_0/probe", "attn_pool.latent"],
  [`${pool}/query/kernel`, "attn_pool.q.weight", intoHeads],
  [`${pool}/query/bias`, "attn_pool.q.bias", flat],
  [[`${pool}/key/kernel`, `${pool}/value/kernel`], "attn_pool.kv.weight", stacked(intoHeads)],
  [[`${pool}/key/bias`, `${pool}/value/bias`], "attn_pool.kv.bias", stacked(flat)],
  [`${pool}/out/kernel`, "attn_pool.proj.weight", outOfHeads],
  [`${pool}/out/bias`, "attn_pool.proj.bias"],
  ...norm("MAPHead_0/LayerNorm_0", "attn_pool.norm"),
  ...dense("MAPHead_0/MlpBlock_0/Dense_0", "attn_pool.mlp.fc1"),
  ...dense("MAPHead_0/MlpBlock_0/Dense_1", "attn_pool.mlp.fc2"),
];

/** Before `embedding/kernel`, which every file has, stands what is before every name: nothing, `params/` or `opt/target/`. */
const anchor = /^((?:opt\/target\/|params\/(?:img\/)?)?)embedding\/kernel$/;

/** Hybrids put a ResNet before the transformer. */
const ofHybrid = /(?:^|\/)(?:conv_root\/kernel|gn_root\/scale|block\d+\/unit\d+\/.*)$/;

/** How Google's tensors of a transformer are named and laid out, whatever stands before it; undefined for names of others. */
export function googleTranslation(names: readonly string[]): Translation | undefined {
  const prefix = names.flatMap((name) => anchor.exec(name)?.[1] ?? [])[0];
  if (prefix === undefined) return undefined;
  return {
    rules,
    // optimiser state, and the text tower of two-tower models
    dropped: ["opt/*", "params/*", "extra/*", "step"],
    prefixes: [prefix],
    stacked: /^(.*Transformer\/encoderblock)(\/.*)$/,
    activation: "gelu_tanh",
    epsilon: 1e-6,
  };
}

/**
 * Google's own names, slash paths of Flax: the original release, linen and big_vision.
 * https://github.com/google-research/vision_transformer, https://github.com/google-research/big_vision
 */
export const google: Dialect = {
  name: "google",
  translate(names) {
    const translation = googleTranslation(names);
    const hybrid = translation && names.find((name) => ofHybrid.test(name));
    if (hybrid)
      throw new FormatError(
        `toTimmNames: expected a plain vision transformer, got ${hybrid} of a hybrid with a ResNet; load it as one, such as vit_base_r50_s16_384`,
      );
    return translation;
  },
};
