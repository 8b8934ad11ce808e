import { type Tensor4D } from "@tensorflow/tfjs-core";
import { type Explained, type TokenLayout, layoutOf, saidLayout } from "../explained.ts";
import { type Seen, gradientsAt } from "../gradients-at.ts";
import type { Heatmap } from "../heatmap.ts";
import { type Target, targetOf } from "../target.ts";
import { type AttentionMaps, SelfAttentionFinder, overAllTokens } from "./attention-maps.ts";
import { fusedHeads, identity, product } from "./fuse-heads.ts";
import { ofPatches } from "./of-patches.ts";
import { chained, rowsToOne } from "./rollout.ts";

export interface RelevanceOptions {
  /** @default "predicted" */
  target?: Target;
  /** How tokens lie, for a model that does not say it. */
  layout?: TokenLayout;
  /** Looks from this token. @default the class token, or the mean of the patches where there is none */
  from?: number | "patches";
}

/**
 * How much each patch speaks for a class: attention weighted by its gradient, what speaks against it left out, added up over the blocks
 * with what came before. Chefer et al. 2021, "Generic Attention-model Explainability for Interpreting Bi-Modal and Encoder-Decoder
 * Transformers", equations 5 and 6. One forward and one backward.
 *
 * @returns one map for each picture.
 * @throws {TesseraError} if the model has no attention among tokens, or no such class.
 */
export async function relevance(
  model: Explained,
  images: Tensor4D,
  options: RelevanceOptions = {},
): Promise<Heatmap[]> {
  const maps = await weightedMaps(model, images, options);
  const n = maps.tokens;
  return Array.from({ length: maps.images }, (_, image) => {
    let total = identity(n);
    for (const block of maps.blocks) {
      const passed = product(fusedHeads(maps, block, image, "mean"), total, n);
      total = total.map((value, i) => value + passed[i]!);
    }
    return ofPatches(total, maps, options.from);
  });
}

/**
 * Attention rollout of maps that are weighted by the gradient of a class, so that it knows the class.
 * @returns one map for each picture.
 * @throws {TesseraError} if the model has no attention among tokens, or no such class.
 */
export async function gradientRollout(
  model: Explained,
  images: Tensor4D,
  options: RelevanceOptions = {},
): Promise<Heatmap[]> {
  const maps = await weightedMaps(model, images, options);
  return Array.from({ length: maps.images }, (_, image) => {
    const steps = maps.blocks.map((block) => rowsToOne(fusedHeads(maps, block, image, "mean"), maps.tokens, true));
    return ofPatches(chained(steps, maps.tokens), maps, options.from);
  });
}

/** max(0, ∇A ⊙ A) of every block: [b, heads, n, n] */
async function weightedMaps(
  model: Explained,
  images: Tensor4D,
  { target = "predicted", layout }: RelevanceOptions,
): Promise<AttentionMaps> {
  const finder = new SelfAttentionFinder();
  const { seen, ...rest } = gradientsAt(model, images, targetOf(target), finder.takes);
  try {
    const [, height, width] = images.shape;
    const said = layout ?? saidLayout(model, [height, width]);
    const chosen = overAllTokens([...seen], ({ value }) => value.shape[2]!, said);
    const [first] = chosen;
    if (!first || finder.isReduced) throw finder.absent("relevance");
    const [b, , n] = first[1].value.shape as Tensor4D["shape"];
    const blocks = await Promise.all(chosen.map(async ([path, one]) => ({ path, heads: one.value.shape[1]!, values: await weighted(one) }))); // prettier-ignore
    return { ...layoutOf(model, images, n, layout), images: b, tokens: n, blocks };
  } finally {
    for (const { value, gradient } of seen.values()) for (const tensor of [value, gradient]) tensor?.dispose();
    for (const tensor of [rest.images, rest.logits]) tensor.dispose();
  }
}

async function weighted({ value, gradient }: Seen): Promise<Float32Array> {
  const [weights, slopes] = await Promise.all([value.data<"float32">(), gradient?.data<"float32">()]);
  return weights.map((weight, i) => Math.max(0, weight * (slopes?.[i] ?? 0)));
}
