import type { GradConfig } from "@tensorflow/tfjs-core";
import { choiceGradients } from "./choice-gradients.ts";
import { functionGradients } from "./function-gradients.ts";
import { registerGradients, registerMissing } from "./gradients.ts";
import { placeGradients } from "./place-gradients.ts";
import { resizeGradients } from "./resize-gradients.ts";
import { windowGradients } from "./window-gradients.ts";

const more: readonly GradConfig[] = [
  ...functionGradients,
  ...choiceGradients,
  ...placeGradients,
  ...windowGradients,
  ...resizeGradients,
];

/** tfjs kernels that `registerAllGradients` gives a gradient besides those of `registerGradients`. */
export const moreGradientKernels: readonly string[] = more.map(({ kernelName }) => kernelName);

/**
 * Registers gradients for the tfjs kernels that models of one's own may call: `max`, `maximum`, `clipByValue`, `pow`, `gather`,
 * `conv2d`, `avgPool`, `resizeBilinear` and their kin, besides those of `registerGradients`. A page that runs a model carries none
 * of it unless it calls this. Idempotent; `fit` of `@tessera/train` calls it. What tfjs has and this has not: three-dimensional
 * convolutions and pooling, `batchNorm` (here are `BatchNorm` and an op of that name), `einsum`, `localResponseNormalization`, `dilation2d`, `mirrorPad`, `unsortedSegmentSum`.
 */
export function registerAllGradients(): void {
  registerGradients();
  registerMissing(more);
}
