import { getGradient, registerGradient } from "@tensorflow/tfjs-core";
import { arithmeticGradients } from "./arithmetic-gradients.ts";
import { movementGradients } from "./movement-gradients.ts";

/**
 * Registers gradients for the tfjs kernels that models are glued together with, where nobody has registered any. tfjs
 * brings its own in a file that plain Node cannot import (extension-less ES modules), and some of them call kernels that
 * the wasm backend lacks; these call none. Idempotent; `useBackend` of `@tessera/backends` calls it.
 */
export function registerGradients(): void {
  for (const config of [...arithmeticGradients, ...movementGradients]) {
    if (!getGradient(config.kernelName)) registerGradient(config);
  }
}
