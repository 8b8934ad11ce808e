import { type GradConfig, getGradient, registerGradient } from "@tensorflow/tfjs-core";
import { arithmeticGradients } from "./arithmetic-gradients.ts";
import { movementGradients } from "./movement-gradients.ts";

const gradients = [...arithmeticGradients, ...movementGradients];

/** tfjs kernels that `registerGradients` gives a gradient, where they have none. */
export const gradientKernels: readonly string[] = gradients.map(({ kernelName }) => kernelName);

/**
 * Registers gradients for the tfjs kernels that models are glued together with, where nobody has registered any. tfjs
 * brings its own in a file that plain Node cannot import (extension-less ES modules), and some of them call kernels that
 * the wasm backend lacks; these call none. Idempotent; `useBackend` of `@tessera/backends` calls it. `registerAllGradients` adds the usual others.
 */
export function registerGradients(): void {
  registerMissing(gradients);
}

/** Registers those for whose kernels nobody has registered any. */
export function registerMissing(configs: readonly GradConfig[]): void {
  for (const config of configs) {
    if (!getGradient(config.kernelName)) registerGradient(config);
  }
}
