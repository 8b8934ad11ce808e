import { type TensorInfo, getKernel, registerKernel } from "@tensorflow/tfjs-core";
import type { TensorFlowBackend } from "./library.ts";

/** Tensors by the name that the op gives them; optional ones may be missing. */
export type Inputs = Readonly<Record<string, TensorInfo | undefined>>;

/** What runs an op on TensorFlow. */
export interface Kernel<Attrs> {
  name: string;
  run(backend: TensorFlowBackend, inputs: Inputs, attrs: Attrs): TensorInfo;
}

/** Registers a kernel under an op's name, once. */
export function register<Attrs>({ name, run }: Kernel<Attrs>): void {
  if (getKernel(name, "tensorflow")) return;
  registerKernel({
    kernelName: name,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs, backend }) =>
      run(backend as TensorFlowBackend, inputs as Inputs, attrs as unknown as Attrs),
  });
}
