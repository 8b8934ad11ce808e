import {
  type Initializer,
  type InitScheme,
  constant,
  lecunNormal,
  normal,
  truncNormal,
  xavierUniform,
  xavierUniformQkv,
  zeros,
} from "@tessera/core";

/**
 * Whose initialisation, for `model.init(seed, vitInit("jax"))`. `timm` is what every layer declares by itself.
 * `jax_nlhb` starts the head's bias at −ln(classes), for a sigmoid loss.
 */
export type VitInit = "timm" | "jax" | "jax_nlhb" | "moco" | "google" | "big_vision" | "huggingface";

type Rule = (path: string, width: number, classes: number) => Initializer | undefined;

const isBias = (path: string) => path.endsWith(".bias");
const isNorm = (path: string) =>
  /(^|\.)(norm\w*|fc_norm|q_norm|k_norm)\.(weight|bias)$/.test(path) || path.endsWith("gamma");
const isHead = (path: string) => /^head(_dist)?\./.test(path);
/** Learned vectors that are no layer's weight. */
const isToken = (path: string) => !path.includes(".") || path.startsWith("pos_embed.") || path.endsWith(".latent");
const isPatch = (path: string) => path.startsWith("patch_embed.proj.");

const rules: Record<VitInit, Rule> = {
  timm: () => undefined,
  jax: (path) => jax(path, 0),
  jax_nlhb: (path, _, classes) => jax(path, -Math.log(classes)),
  moco: (path) => {
    if (isPatch(path) || isToken(path)) return undefined;
    if (isBias(path)) return zeros;
    return path.endsWith("qkv.weight") ? xavierUniformQkv : xavierUniform;
  },
  google: (path) => flax(path, normal(0.02)),
  big_vision: (path, width) => flax(path, normal(1 / Math.sqrt(width))),
  huggingface: (path) => (isBias(path) ? zeros : truncNormal(0.02)),
};

function jax(path: string, headBias: number): Initializer | undefined {
  if (isHead(path)) return isBias(path) ? constant(headBias) : zeros;
  if (isToken(path)) return undefined;
  if (isPatch(path)) return isBias(path) ? zeros : lecunNormal;
  if (isBias(path)) return path.includes(".mlp.") ? normal(1e-6) : zeros;
  return xavierUniform;
}

function flax(path: string, positions: Initializer): Initializer | undefined {
  if (path === "pos_embed" || path.startsWith("pos_embed.")) return positions;
  return path.includes(".") ? jax(path, 0) : zeros;
}

/**
 * Another codebase's initialisation; layer norms and layer scales keep their own.
 * Sources: timm's `init_weights_vit_*`, Google's flax models, big_vision, transformers' `_init_weights`.
 */
export function vitInit(scheme: VitInit): InitScheme {
  const rule = rules[scheme];
  return (path, param) => (isNorm(path) ? undefined : rule(path, param.shape.at(-1) ?? 1, param.shape[0] ?? 1));
}
