import type { Checkpoint } from "@tessera/core";
import { deit } from "./deit.ts";
import { dino } from "./dino.ts";
import { dinov2 } from "./dinov2.ts";
import { google, googlePrefix, prepareGoogle } from "./google.ts";
import { huggingFace, huggingFacePrefixes } from "./huggingface.ts";
import { mae } from "./mae.ts";
import { convert, type Converted, type NameTable } from "./rule.ts";
import { tnt } from "./tnt.ts";
import { torchvision } from "./torchvision.ts";

/** Whose names a checkpoint has. */
export type Dialect = "timm" | "google" | "huggingface" | "torchvision" | "deit" | "mae" | "dino" | "dinov2" | "tnt";

/** A checkpoint in timm's names and layouts. */
export interface TimmNames extends Converted {
  dialect: Dialect;
  /** The GELU that the weights were trained with; undefined where the model's own default holds. */
  activation?: "gelu" | "gelu_tanh";
  /** The layer norms' epsilon in the implementation that the names are of; a config.json beside the file knows better. */
  epsilon?: number;
}

/** Put before all names by what wraps a model: data parallelism, compilation, training scripts. */
const wrappers = ["module.", "_orig_mod.", "model."];

interface Family {
  matches: (names: readonly string[]) => boolean;
  table: (names: readonly string[]) => NameTable;
  prefixes?: readonly string[];
  epsilon: number;
}

const has =
  (pattern: RegExp) =>
  (names: readonly string[]): boolean =>
    names.some((name) => pattern.test(name));

/** PyTorch's families, the most telling names first: all but the first two are timm's names with differences. */
const families: Readonly<Record<Exclude<Dialect, "timm" | "google">, Family>> = {
  torchvision: { matches: has(/^encoder\.layers\.encoder_layer_0\./), table: () => torchvision, epsilon: 1e-6 },
  // the config class's default for ViT and DeiT; DINOv2's is 1e-6, see below
  huggingface: {
    matches: has(/^(?:\w+\.)?embeddings\.patch_embeddings\.projection\.weight$/),
    table: huggingFace,
    prefixes: huggingFacePrefixes,
    epsilon: 1e-12,
  },
  tnt: { matches: has(/^(?:outer_pos|inner_pos|outer_tokens)$/), table: () => tnt, epsilon: 1e-5 },
  mae: { matches: has(/^decoder_(?:embed|blocks|pred)\./), table: () => mae, epsilon: 1e-6 },
  dinov2: {
    matches: has(/^(?:backbone\.)?(?:register_tokens|mask_token|blocks\.\d+\.mlp\.w12\.weight)$/),
    table: dinov2,
    prefixes: ["backbone."],
    epsilon: 1e-6,
  },
  deit: { matches: has(/^blocks\.\d+\.gamma_1$/), table: () => deit, epsilon: 1e-6 },
  dino: {
    matches: has(/^(?:head\.(?:mlp\.\d|last_layer)|backbone\.(?:cls_token$|blocks\.))/),
    table: () => dino,
    prefixes: ["backbone."],
    epsilon: 1e-6,
  },
};

function unwrapped(names: readonly string[]): string {
  let prefix = "";
  for (;;) {
    const next = wrappers.find(
      (wrapper) => names.length > 0 && names.every((name) => name.startsWith(prefix + wrapper)),
    );
    if (!next) return prefix;
    prefix += next;
  }
}

/**
 * Gives a checkpoint timm's names and layouts, whoever wrote it: Google (original, linen, big_vision), Hugging Face (ViT,
 * DeiT, DINOv2, the encoder of ViT-MAE), torchvision, and the official releases of DeiT, DeiT III, MAE, DINO, DINOv2 and
 * TNT. Nothing is read yet. Names of none of these stay as they are, so that loading reports them.
 *
 * @throws FormatError when a part is missing, or the model is a hybrid with a ResNet
 */
export function toTimmNames(checkpoint: Checkpoint): TimmNames {
  const all = [...checkpoint.tensors.keys()];
  const slashes = googlePrefix(all);
  if (slashes !== undefined) {
    const converted = convert(prepareGoogle(checkpoint), google, slashes === "" ? [] : [slashes]);
    return { ...converted, dialect: "google", activation: "gelu_tanh", epsilon: 1e-6 };
  }
  const wrapper = unwrapped(all);
  const names = all.map((name) => name.slice(wrapper.length));
  for (const [dialect, { matches, table, prefixes = [], epsilon }] of Object.entries(families)) {
    if (!matches(names)) continue;
    const converted = convert(checkpoint, table(names), [...prefixes.map((prefix) => wrapper + prefix), wrapper]);
    const isDinov2 = dialect === "huggingface" && has(/\.layer_scale1\.lambda1$/)(names);
    return { ...converted, dialect: dialect as Dialect, activation: "gelu", epsilon: isDinov2 ? 1e-6 : epsilon };
  }
  return { ...convert(checkpoint, { rules: [] }, [wrapper]), dialect: "timm" };
}
