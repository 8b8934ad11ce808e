import type { Tensor } from "@tensorflow/tfjs-core";
import type { None, Op } from "./op.ts";

/** Gives no tensors: has the programs of a forward compiled, where a backend has such, without running one. */
export const compileOp: Op<
  None,
  {
    /** Asks for the programs that are to be compiled, by running what needs them. */
    run: () => void;
    /** Is called with one promise for each program. */
    wait: (programs: readonly Promise<void>[]) => void;
  },
  Tensor[]
> = {
  name: "TesseraCompile",
  inputs: {},
  gradients: [],
};
