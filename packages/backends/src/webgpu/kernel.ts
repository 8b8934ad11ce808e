import { type TensorInfo, engine, getKernel, registerKernel } from "@tensorflow/tfjs-core";
import type { OpKernel } from "@tessera/core";
import type { TfjsWebgpu } from "./device/tfjs-backend.ts";

/** Tensors by the name that the op gives them; optional ones may be missing. */
export type Inputs = Readonly<Record<string, TensorInfo | undefined>>;

/** What runs an op on the GPU. */
export interface Kernel<Attrs> {
  name: string;
  /** Whether this GPU can run it for tensors of these shapes. @default always */
  accepts?(backend: TfjsWebgpu, inputs: Inputs, attrs: Attrs): boolean;
  run(backend: TfjsWebgpu, inputs: Inputs, attrs: Attrs): TensorInfo | TensorInfo[];
}

/** Registers a kernel under an op's name, once. */
export function register<Attrs>({ name, run, accepts }: Kernel<Attrs>): void {
  if (getKernel(name, "webgpu")) return;
  const kernel: OpKernel = {
    kernelName: name,
    backendName: "webgpu",
    kernelFunc: ({ inputs, attrs, backend }) => run(backend as TfjsWebgpu, inputs as Inputs, attrs as unknown as Attrs),
    ...(accepts && {
      accepts: (inputs, attrs) => accepts(engine().backend as unknown as TfjsWebgpu, inputs, attrs as Attrs),
    }),
  };
  registerKernel(kernel);
}
