import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Precision } from "../backend.ts";
import { Chain } from "./chain.ts";
import { type Handle, TF_BFLOAT16, TF_HALF, type TensorFlowBackend } from "./library.ts";

const halves: Record<Exclude<Precision, "f32">, number> = { bf16: TF_BFLOAT16, f16: TF_HALF };

const current = new WeakMap<TensorFlowBackend, Precision>();

/** Sets the number format of products' factors. What comes before and after them stays float32. */
export function setPrecision(backend: TensorFlowBackend, precision: Precision): void {
  if (precision === precisionOf(backend)) return;
  current.set(backend, precision);
  for (const free of weightsOf(backend).values()) backend.binding.deleteTensor(free.id);
  weightsOf(backend).clear();
}

function precisionOf(backend: TensorFlowBackend): Precision {
  return current.get(backend) ?? "f32";
}

/** Whether this library multiplies in a format, found by trying: releases differ, and so do devices. */
export function multiplies(backend: TensorFlowBackend, precision: Precision): boolean {
  if (precision === "f32") return true;
  const chain = new Chain(backend);
  try {
    const factor = chain.cast(chain.reshape(chain.scalar(1), [1, 1, 1, 1]), halves[precision]);
    chain.run("BatchMatMulV2", [factor, factor]);
    const matrix = chain.reshape(factor, [1, 1]);
    chain.run("MatMul", [matrix, matrix]);
    return true;
  } catch {
    return false;
  } finally {
    chain.close([]);
  }
}

/** A product of matrices, or of stacks of them, in the precision that is set; the result is float32. */
export function product(chain: Chain, a: Handle, b: Handle, { transposed = false } = {}): Handle {
  const precision = precisionOf(chain.backend);
  const [op, flag] = a.shape.length === 2 ? ["MatMul", "transpose_b"] : ["BatchMatMulV2", "adj_y"];
  const factors = precision === "f32" ? [a, b] : [chain.cast(a, halves[precision]), chain.cast(b, halves[precision])];
  return chain.cast(chain.run(op!, factors, { [flag!]: transposed }), chain.backend.binding.TF_FLOAT);
}

/** Rounded weights by the data of the tensor that they were made from. */
const rounded = new WeakMap<TensorFlowBackend, Map<object, Handle>>();

function weightsOf(backend: TensorFlowBackend): Map<object, Handle> {
  let weights = rounded.get(backend);
  if (!weights) {
    rounded.set(backend, (weights = new Map()));
    freeWithTensors(backend, weights);
  }
  return weights;
}

/** A weight in the precision that is set, rounded once and kept as long as the weight. */
export function weightIn(chain: Chain, weight: TensorInfo): Handle {
  const precision = precisionOf(chain.backend);
  if (precision === "f32") return chain.of(weight);
  const weights = weightsOf(chain.backend);
  const known = weights.get(weight.dataId);
  if (known) return known;
  // A chain of its own, so that the caller's does not free it.
  const own = new Chain(chain.backend);
  const made = own.cast(own.of(weight), halves[precision]);
  own.close([made]);
  weights.set(weight.dataId, made);
  return made;
}

function freeWithTensors(backend: TensorFlowBackend, weights: Map<object, Handle>): void {
  const dispose = backend.disposeData.bind(backend);
  backend.disposeData = (dataId, force) => {
    const gone = dispose(dataId, force);
    const made = gone ? weights.get(dataId) : undefined;
    if (made) {
      weights.delete(dataId);
      backend.binding.deleteTensor(made.id);
    }
    return gone;
  };
}
