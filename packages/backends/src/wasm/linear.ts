import {
  type Tensor,
  type Tensor2D,
  add,
  engine,
  keep,
  matMul,
  mul,
  reshape,
  sum,
  tidy,
  transpose,
  zeros,
} from "@tensorflow/tfjs-core";
import { type LinearOptions, activate } from "@tessera/core";

/** Weights as XNNPACK wants them, [in, out], by the data of the weight that they belong to. */
const transposedWeights = new WeakMap<object, Tensor2D>();

/** residual + scale · act(x Wᵀ + b), with a product that XNNPACK takes. */
export function linearFast(
  x: Tensor,
  weight: Tensor2D,
  { bias, activation = "none", scale, residual }: LinearOptions,
): Tensor {
  const transposed = transposedWeight(weight);
  return tidy(() => {
    const y = reshape(product(rows(x), transposed), [...x.shape.slice(0, -1), weight.shape[0]]);
    const activated = activate(bias ? add(y, bias) : y, activation);
    const scaled = scale ? mul(activated, scale) : activated;
    return residual ? add(residual, scaled) : scaled;
  });
}

/** One of the gradients of x Wᵀ + b. */
export function linearGradFast(dy: Tensor, x: Tensor, weight: Tensor2D, wanted: "x" | "weight" | "bias"): Tensor {
  return tidy((): Tensor => {
    switch (wanted) {
      case "x":
        return reshape(product(rows(dy), weight), x.shape);
      case "weight":
        return product(transpose(rows(dy)), rows(x));
      case "bias":
        // Of no rows it gives what was in memory.
        return dy.size > 0 ? sum(rows(dy), 0) : zeros([weight.shape[0]]);
      default:
        throw wanted satisfies never;
    }
  });
}

/** [n, k] × [k, m]. XNNPACK refuses sizes of 0, and leaves what was in memory as the result. */
function product(a: Tensor2D, b: Tensor2D): Tensor2D {
  return a.size > 0 && b.size > 0 ? matMul(a, b) : zeros([a.shape[0], b.shape[1]]);
}

function transposedWeight(weight: Tensor2D): Tensor2D {
  const known = transposedWeights.get(weight.dataId);
  if (known && !known.isDisposed) return known;
  const made = keep(tidy(() => transpose(weight)));
  transposedWeights.set(weight.dataId, made);
  freeWithItsWeight();
  return made;
}

const watched = new WeakSet();

/** A transposed weight goes when the weight's own data goes, not when one of several tensors that share the data does. */
function freeWithItsWeight(): void {
  const { backend } = engine();
  if (watched.has(backend)) return;
  watched.add(backend);
  const disposeData = backend.disposeData.bind(backend);
  backend.disposeData = (dataId: object, force?: boolean) => {
    const gone = disposeData(dataId, force);
    if (gone) {
      const transposed = transposedWeights.get(dataId);
      transposedWeights.delete(dataId);
      transposed?.dispose();
    }
    return gone;
  };
}

function rows(x: Tensor): Tensor2D {
  return reshape(x, [-1, x.shape[x.rank - 1]!]);
}
