import { type TensorInfo, engine, getKernel, registerKernel } from "@tensorflow/tfjs-core";
import type { RegisteredKernel } from "./dispatch.ts";
import type { AttrsOf, OpDeclaration, PlacedInputs, PlacedOutput } from "./op.ts";

/** What runs an op on a backend. `Inputs` are tensors as the backend's kernels like to see them. */
export interface OpKernel<O extends OpDeclaration, Backend, Inputs = PlacedInputs<O>> {
  /** Whether it takes this call; else the composed definition does. It looks at shapes, not at values. @default always */
  accepts?(backend: Backend, inputs: Inputs, attrs: AttrsOf<O>): boolean;
  run(backend: Backend, inputs: Inputs, attrs: AttrsOf<O>): PlacedOutput<O>;
}

/** What a registrar needs of an op: one that only knows its type gives the name, which is checked. */
export type Named<O extends OpDeclaration> = O | Pick<O, "name">;

/** Makes `kernel` run `op` on a backend, if nothing does yet. */
export function registerOp<O extends OpDeclaration, Backend, Inputs>(
  op: Named<O>,
  backendName: string,
  { run, accepts }: OpKernel<O, Backend, Inputs>,
): void {
  if (getKernel(op.name, backendName)) return;
  // tfjs knows no types of kernels: what `runOp` has checked comes out here as it went in.
  const registered: RegisteredKernel = {
    kernelName: op.name,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      run(backend as Backend, inputs as Inputs, attrs as unknown as AttrsOf<O>) as TensorInfo | TensorInfo[],
    ...(accepts && {
      accepts: (inputs, attrs) => accepts(engine().backend as Backend, inputs as Inputs, attrs as AttrsOf<O>),
    }),
  };
  registerKernel(registered);
}
