import { getGradient, registerGradient } from "@tensorflow/tfjs-core";
import { arithmeticGradients } from "./arithmetic-gradients.ts";
import { movementGradients } from "./movement-gradients.ts";

const gradients = [...arithmeticGradients, ...movementGradients];

/** tfjs kernels that `registerGradients` gives a gradient, where they have none. */
export const gradientKernels: readonly string[] = gradients.map(({ kernelName }) => kernelName);

/**
 * Registers gradients for the tfjs kernels that models are glued together with, where nobody has registered any. tfjs
 * brings its own in a file that plain Node cannot import (extension-less ES modules), and some of them call kernels that
 * the wasm backend lacks; these call none. Idempotent; `useBackend` of `@tessera/backends` calls it.
 */
export function registerGradients(): void {
  for (const config of gradients) {
    if (!getGradient(config.kernelName)) registerGradient(config);
  }
}
