import {
  type KernelConfig,
  type NamedAttrMap,
  type NamedTensorMap,
  type Tensor,
  engine,
  getBackend,
  getKernel,
  tidy,
} from "@tensorflow/tfjs-core";
import type { Op } from "./op.ts";

/** What tfjs's registry holds under an op's name: a kernel that may say which calls it takes. */
export interface RegisteredKernel extends KernelConfig {
  accepts?: (inputs: object, attrs: object) => boolean;
}

/**
 * The one plug of the project: a backend makes an op fast by registering a tfjs kernel under the op's name. Runs that
 * kernel if the current backend has one that takes the call, else the composed definition, which is the truth that tests
 * compare with.
 */
export function runOp<Inputs extends object, Attrs extends object, Output>(
  { name }: Op<Inputs, Attrs, Output>,
  inputs: Inputs,
  attrs: Attrs,
  composed: () => Output,
): Output {
  const registered = getKernel(name, getBackend()) as RegisteredKernel | undefined;
  if (registered && registered.accepts?.(inputs, attrs) !== false)
    return engine().runKernel(name, inputs as NamedTensorMap, attrs as NamedAttrMap) as Output;
  return tidy(composed as () => Tensor) as Output;
}

/** True while a gradient is being recorded: an op is then split into parts whose gradients need nothing computed twice. */
export function recording(): boolean {
  return engine().isTapeOn();
}

/** Runs work that gradients take for a constant: nothing of it is recorded, so nothing is kept for them. */
export function unrecorded<T>(work: () => T): T {
  const { state } = engine();
  // tfjs records what runs outside of all kernels.
  state.kernelDepth++;
  try {
    return work();
  } finally {
    state.kernelDepth--;
  }
}

/** Gradients by input; only those that are needed are called. */
type Gradients = Record<string, () => Tensor>;

interface CustomKernel<T> {
  forwardFunc: (backend: unknown, save: (tensors: Tensor[]) => void) => T;
  backwardsFunc: (dy: T, saved: Tensor[]) => Gradients;
  inputs: NamedTensorMap;
}

/**
 * An op with a gradient of its own. `forward` runs unrecorded; `saved` are kept for `backward`, which tfjs calls with the
 * gradient of the output, or those of two outputs or more. Unlike `customGrad` of tfjs, a gradient that nobody needs (that of an image) is not computed.
 */
export function differentiable<T extends Tensor | Tensor[]>(
  inputs: NamedTensorMap,
  forward: () => T,
  saved: readonly Tensor[],
  backward: (dy: T, saved: Tensor[]) => Gradients,
): T {
  if (!recording()) return forward();
  // `runKernelFunc` is private in the types only; it is what `customGrad` itself calls.
  const run = engine() as unknown as { runKernelFunc(kernel: CustomKernel<T>): T };
  return run.runKernelFunc({
    inputs,
    forwardFunc: (_, save) => {
      save([...saved]);
      return forward();
    },
    backwardsFunc: backward,
  });
}
