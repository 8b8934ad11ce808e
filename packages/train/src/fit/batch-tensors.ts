import { type Tensor1D, type Tensor2D, type Tensor4D, tensor1d, tensor2d, tensor4d } from "@tensorflow/tfjs-core";
import { ShapeError, TesseraError } from "@tessera/core";
import type { Batch } from "../data.ts";

/** A batch as a model takes it. */
export interface BatchTensors {
  /** [b, h, w, c] */
  images: Tensor4D;
  /** Classes [b] as int32, or probabilities [b, classes]. */
  targets: Tensor1D | Tensor2D;
}

/**
 * Tensors of a batch, the caller's to dispose.
 * @throws {ShapeError} if pixels or labels do not fill their shape, {TesseraError} if a label is no class.
 */
export function batchTensors({ images, shape, labels, indices }: Batch, classes: number): BatchTensors {
  const [b, h, w, c] = shape;
  if (images.length !== b * h * w * c) {
    throw new ShapeError(`Batch: expected ${b * h * w * c} pixels of [${shape.join(", ")}], got ${images.length}`);
  }
  const hard = labels instanceof Int32Array;
  if (labels.length !== (hard ? b : b * classes)) {
    const expected = hard ? `${b} labels` : `labels of [${b}, ${classes}]`;
    throw new ShapeError(`Batch: expected ${expected}, got ${labels.length} values; do the data have other classes?`);
  }
  if (hard) {
    const wrong = labels.findIndex((label) => label < 0 || label >= classes);
    if (wrong !== -1) {
      throw new TesseraError(
        `Batch: expected labels from 0 to ${classes - 1}, got ${labels[wrong]} for sample ${indices[wrong]}; ` +
          "the model needs an output for each class of the data",
      );
    }
  }
  return {
    images: tensor4d(images, [b, h, w, c]),
    targets: hard ? tensor1d(labels, "int32") : tensor2d(labels, [b, classes], "float32"),
  };
}
