// What the benchmarks run. The ones of few blocks are for GPUs in software, where a whole model takes seconds.

/** @typedef {{ width: number, depth: number, heads: number, imageSize?: number, patchSize?: number, mlpDim?: number, classes?: number }} VitSize */
/** @typedef {VitSize & { family: "vit" | "tnt" | "hybrid", name: string }} OwnSize */
/** One that PyTorch's contender has from timm by its name, at its native size. @typedef {{ family: "timm", name: string, imageSize?: number, depth?: undefined }} Published */
/** @typedef {OwnSize | Published} Model */

const tiny = { family: "vit", name: "vit_tiny_patch16_224", width: 192, depth: 12, heads: 3 };
const tntSmall = { family: "tnt", name: "tnt_s_patch16_224", width: 384, depth: 12, heads: 6 };

export const models = /** @type {const} */ ({
  tiny,
  small: { family: "vit", name: "vit_small_patch16_224", width: 384, depth: 12, heads: 6 },
  base: { family: "vit", name: "vit_base_patch16_224", width: 768, depth: 12, heads: 12 },
  tnt_s: tntSmall,
  swin_t: { family: "timm", name: "swin_tiny_patch4_window7_224" },
  pvt_v2_b2: { family: "timm", name: "pvt_v2_b2" },
  hybrid_r26: { family: "timm", name: "vit_small_r26_s32_224" },
  hybrid_r50: { family: "timm", name: "vit_base_r50_s16_224" },
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
