import {
  type NamedTensorMap,
  type Scalar,
  type Tensor,
  add,
  dispose,
  sqrt,
  tidy,
  variableGrads,
} from "@tensorflow/tfjs-core";
import { type Param, TesseraError, sumOfSquares } from "@tessera/core";

/** Gradients by parameter path; whoever has the map disposes of its tensors. */
export type Gradients = Map<string, Tensor>;

/**
 * Value of `objective` and its gradient for every trainable parameter that it depends on. Frozen parameters cost nothing.
 * @throws {TesseraError} if no parameter is trainable.
 */
export function gradientsOf(
  params: ReadonlyMap<string, Param>,
  objective: () => Scalar,
): { value: Scalar; gradients: Gradients } {
  const trainable = [...params].filter(([, param]) => param.trainable);
  if (trainable.length === 0) {
    throw new TesseraError("gradientsOf: expected trainable parameters, got none; call setTrainable(true) on some");
  }
  const { value, grads } = variableGrads(
    objective,
    trainable.map(([, param]) => param.value),
  );
  return { value, gradients: byPath(trainable, grads) };
}

function byPath(trainable: readonly [string, Param][], grads: NamedTensorMap): Gradients {
  const found: Gradients = new Map();
  for (const [path, param] of trainable) {
    const gradient = grads[param.value.name];
    if (gradient) found.set(path, gradient);
  }
  return found;
}

/** Adds `more` to `sum`, path by path, and disposes of what it took. */
export function accumulate(total: Gradients, more: Gradients): void {
  for (const [path, gradient] of more) {
    const before = total.get(path);
    total.set(path, before ? add(before, gradient) : gradient);
    if (before) dispose([before, gradient]);
  }
}

/** Length of all gradients as one vector. */
export function globalNorm(gradients: Gradients): Scalar {
  return tidy(() => sqrt(sumOfSquares([...gradients.values()])));
}

/** What shortens gradients of that length together to `limit`, where they are longer: Pascanu et al. 2013, as PyTorch does. */
export function clipFactor(norm: number, limit: number): number {
  return norm <= limit ? 1 : limit / (norm + 1e-6);
}
