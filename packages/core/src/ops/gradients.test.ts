import {
  type GradConfig,
  type Tensor,
  getGradient,
  grad,
  mul,
  ones,
  registerGradient,
  square,
  tensor1d,
  unregisterGradient,
} from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { arithmeticGradients } from "./arithmetic-gradients.ts";
import { gradientKernels, registerGradients } from "./gradients.ts";
import { movementGradients } from "./movement-gradients.ts";

test("every kernel has a gradient, once", () => {
  registerGradients();
  expect(gradientKernels).toHaveLength(arithmeticGradients.length + movementGradients.length);
  expect(new Set(gradientKernels).size).toBe(gradientKernels.length);
  for (const name of gradientKernels) expect(getGradient(name), name).toBeDefined();
});

test("leaves a gradient alone that somebody has registered", async () => {
  const ours = getGradient("Square") as GradConfig;
  unregisterGradient("Square");
  registerGradient({ ...ours, gradFunc: (dy) => ({ x: () => mul(dy as Tensor, 42) }) });
  try {
    registerGradients();
    await expect(grad((x: Tensor) => square(x))(tensor1d([3]), ones([1]))).toBeAllClose([42]);
  } finally {
    unregisterGradient("Square");
    registerGradients();
  }
  await expect(grad((x: Tensor) => square(x))(tensor1d([3]), ones([1]))).toBeAllClose([6]);
});
