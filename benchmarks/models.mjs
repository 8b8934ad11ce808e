// What the benchmarks run. The ones of few blocks are for GPUs in software, where a whole model takes seconds.

/** @typedef {{ width: number, depth: number, heads: number, imageSize?: number, patchSize?: number, mlpDim?: number, classes?: number }} VitSize */
/** @typedef {VitSize & { family: "vit" | "tnt" | "hybrid", name: string }} Model */

const tiny = { family: "vit", name: "vit_tiny_patch16_224", width: 192, depth: 12, heads: 3 };
const tntSmall = { family: "tnt", name: "tnt_s_patch16_224", width: 384, depth: 12, heads: 6 };

export const models = /** @type {const} */ ({
  tiny,
  small: { family: "vit", name: "vit_small_patch16_224", width: 384, depth: 12, heads: 6 },
  base: { family: "vit", name: "vit_base_patch16_224", width: 768, depth: 12, heads: 12 },
  tnt_s: tntSmall,
  tiny_2: { ...tiny, depth: 2 },
  base_1: { family: "vit", name: "vit_base_patch16_224", width: 768, depth: 1, heads: 12 },
  // Small pictures, to train on: patches, and the embedded model's convolutions.
  cifar: { ...tiny, depth: 8, imageSize: 32, patchSize: 4, mlpDim: 384, classes: 10 },
  hybrid: { family: "hybrid", name: "vit_whitened_stem_32", width: 192, depth: 6, heads: 3, imageSize: 32, patchSize: 4, mlpDim: 384, classes: 10 }, // prettier-ignore
  tnt_s_1: { ...tntSmall, depth: 1 },
});

/** @param {string} name @returns {Model} */
export function modelNamed(name) {
  const model = models[/** @type {keyof typeof models} */ (name)];
  if (!model) throw new Error(`models: expected one of ${Object.keys(models).join(", ")}, got ${name}`);
  return /** @type {Model} */ (model);
}
