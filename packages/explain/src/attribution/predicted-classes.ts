import { type Scalar, type Tensor2D, type Tensor4D, argMax, tensor1d, tidy } from "@tensorflow/tfjs-core";
import type { Explained } from "../explained.ts";
import { ofClasses } from "../target.ts";

/** The score of the class that each whole picture is taken for, whatever is changed in the picture afterwards. */
export async function predictedClasses(model: Explained, images: Tensor4D): Promise<(logits: Tensor2D) => Scalar> {
  const best = tidy(() => argMax(model.forward(images), 1));
  const classes = Int32Array.from(await best.data());
  best.dispose();
  return (logits) => ofClasses(logits, tensor1d(classes, "int32"));
}
