import type { Dialect, Rule } from "@tessera/core";

/** Where detectron2 has its ResNet. */
const bottomUp = "backbone.bottom_up";

/** A convolution, which owns its norm in detectron2. */
function convolution(from: string, conv: string, norm: string): Rule[] {
  return [
    [`${bottomUp}.${from}.weight`, `${bottomUp}.${conv}.weight`],
    ...["{p}", "running_mean", "running_var"].map((part): Rule => [`${bottomUp}.${from}.norm.${part}`, `${bottomUp}.${norm}.${part}`]), // prettier-ignore
  ];
}

/** Of a block: their convolution, ours and its norm. */
const block = [
  ["conv1", "conv1", "bn1"],
  ["conv2", "conv2", "bn2"],
  ["conv3", "conv3", "bn3"],
  ["shortcut", "downsample.0", "downsample.1"],
] as const;

/** detectron2's names for the ResNet under the pyramid; the rest is ours. */
const rules: readonly Rule[] = convolution("stem.conv1", "conv1", "bn1").concat(
  [1, 2, 3, 4].flatMap((stage) => {
    const ours = `layer${stage}.{i}`;
    return block.flatMap(([from, conv, norm]) =>
      convolution(`res${stage + 1}.{i}.${from}`, `${ours}.${conv}`, `${ours}.${norm}`),
    );
  }),
);

const telling = "head.head_series.0.inst_interact.dynamic_layer.weight";

/** Names of the official code, which is built on detectron2. https://github.com/PeizeSun/SparseR-CNN */
const official: Dialect = {
  name: "detectron2",
  translate: (names) =>
    names.includes(telling)
      ? {
          rules,
          dropped: ["*.num_batches_tracked", "pixel_mean", "pixel_std", "criterion.empty_weight"],
        }
      : undefined,
};

/** Others' names for Sparse R-CNNs. */
export const sparseRcnnDialects: readonly Dialect[] = [official];
