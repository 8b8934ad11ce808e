/** @typedef {{ model: string, batch: number, contenders: readonly import("../turns.mjs").Row[] }} Speed */

/**
 * What issue 4 aims at on such a GPU, as far as it was measured: ViT-B/16 in f16 takes at most twice as long as PyTorch's
 * eager bf16 at batch 32, and under 4 ms at batch 1.
 * @param {readonly Speed[]} speeds
 */
export function aimsOf(speeds) {
  const median = (/** @type {number} */ batch, /** @type {string} */ kind) =>
    speeds.find((speed) => speed.model === "base" && speed.batch === batch)?.contenders.find((row) => row.kind === kind)
      ?.ms?.median;
  const [ours, torch, single] = [median(32, "webgpu-f16"), median(32, "torch-cuda-bf16"), median(1, "webgpu-f16")];
  return [
    ...(ours && torch
      ? [
          {
            aim: "ViT-B/16 f16, batch 32: at most 2 times PyTorch's bf16",
            got: ours / torch,
            reached: ours <= 2 * torch,
          },
        ]
      : []),
    ...(single ? [{ aim: "ViT-B/16 f16, batch 1: under 4 ms", got: single, reached: single < 4 }] : []),
  ];
}
