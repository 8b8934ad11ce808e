import { type Tensor, engine, getBackend, getKernel } from "@tensorflow/tfjs-core";
import type { Module } from "../module.ts";
import { recording, runOp } from "../ops/dispatch.ts";
import { replayOp } from "../ops/replay.ts";
import { structureOf } from "../structure.ts";

/**
 * A forward of a model for inputs that come again and again in the same shape. A backend may trace what it does and, when it
 * did the same twice, only replay that without running any JavaScript of the model; on others, and where it cannot be replayed,
 * it runs as ever. Op `replayOp`, whose backends share `Recordings`.
 *
 * What `forward` gives must follow from its input and the model alone. Parameters that are loaded, trained or replaced count
 * at once, and so do parts that are. It runs as ever while gradients are taken, and whenever it reads values, draws random
 * numbers or keeps a tensor besides its output. The output is a tensor of the caller's own. Memory that recordings hold is
 * bounded, and is freed with the model's parameters.
 */
export function replayed<I extends Tensor, O extends Tensor>(model: Module, forward: (x: I) => O): (x: I) => O {
  let unchanged = structureOf(model);
  let version = 0;
  /** As if it were no part of the kernel: within one, tfjs takes no gradients. */
  function outside(x: Tensor): Tensor {
    const { state } = engine();
    state.kernelDepth--;
    try {
      return forward(x as I);
    } finally {
      state.kernelDepth++;
    }
  }
  return (x) => {
    if (recording() || !getKernel(replayOp.name, getBackend())) return forward(x);
    if (!unchanged()) {
      unchanged = structureOf(model);
      version++;
    }
    return runOp(replayOp, { x }, { forward: outside, version }, () => forward(x)) as O;
  };
}
