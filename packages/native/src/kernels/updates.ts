import type { TensorInfo } from "@tensorflow/tfjs-core";
import type {
  AdamFactors,
  adamUpdateOp,
  averageUpdateOp,
  lambUpdateOp,
  muonUpdateOp,
  sgdUpdateOp,
  sumOfSquaresOp,
} from "@tessera/core";
import type { AdamNumbers } from "../addon.ts";
import type { NativeBackend } from "../backend.ts";
import { type OpFunction, sizeOf } from "./kernel.ts";

/** Where values are read and where the next ones go, which may be the same, and what wraps those. */
function renewed<T extends readonly TensorInfo[]>(backend: NativeBackend, ...tensors: T) {
  type Arrays = { [I in keyof T]: Float32Array };
  const from = tensors.map((tensor) => backend.floats(tensor)) as Arrays;
  const to = tensors.map((tensor) => backend.renew(tensor)) as Arrays;
  const outputs = () =>
    tensors.map(({ shape }, i) => backend.output([...shape], to[i]!)) as { [I in keyof T]: TensorInfo };
  return { from, to, outputs };
}

export const sgdUpdate: OpFunction<typeof sgdUpdateOp> = ({ weight, gradient, velocity }, backend, attrs) => {
  const { scale, weightDecay, momentum, dampening, rate, nesterov } = attrs;
  const slopes = backend.floats(gradient);
  const { from, to, outputs } = renewed(backend, weight, ...(velocity ? [velocity] : []));
  const factors = [scale, weightDecay, momentum, 1 - dampening, rate] as const;
  backend.addon.sgdUpdate(slopes.length, ...factors, nesterov, from[0], slopes, from[1], to[0], to[1]);
  return outputs();
};

function numbersOf({ scale, joining, shrink, beta1, beta2, first, root, epsilon, rate }: AdamFactors): AdamNumbers {
  return [scale, joining, shrink, beta1, beta2, first, root, epsilon, rate];
}

export const adamUpdate: OpFunction<typeof adamUpdateOp> = ({ weight, gradient, mean, variance }, backend, attrs) => {
  const slopes = backend.floats(gradient);
  const { from, to, outputs } = renewed(backend, weight, mean, variance);
  const [weights, ...moments] = from;
  backend.addon.adamUpdate(slopes.length, ...numbersOf(attrs), weights, slopes, ...moments, ...to);
  return outputs();
};

export const lambUpdate: OpFunction<typeof lambUpdateOp> = ({ weight, gradient, mean, variance }, backend, attrs) => {
  const { adapt, trustClip } = attrs;
  const slopes = backend.floats(gradient);
  const { from, to, outputs } = renewed(backend, weight, mean, variance);
  const [weights, ...moments] = from;
  backend.addon.lambUpdate(slopes.length, ...numbersOf(attrs), adapt, trustClip, weights, slopes, ...moments, ...to);
  return outputs();
};

export const muonUpdate: OpFunction<typeof muonUpdateOp> = ({ weight, gradient, momentum }, backend, attrs) => {
  const { scale, momentum: keep, shrink, rate, nesterov } = attrs;
  const [rows = 0, ...rest] = weight.shape;
  const slopes = backend.floats(gradient);
  const { from, to, outputs } = renewed(backend, weight, momentum);
  const factors = [scale, keep, shrink, rate] as const;
  backend.addon.muonUpdate(rows, sizeOf(rest), ...factors, nesterov, from[0], slopes, from[1], ...to);
  return outputs();
};

export const averageUpdate: OpFunction<typeof averageUpdateOp> = ({ average, values }, backend, { decay }) => {
  const nexts = backend.floats(values);
  const { from, to, outputs } = renewed(backend, average);
  backend.addon.averageUpdate(nexts.length, 1 - decay, from[0], nexts, to[0]);
  return outputs();
};

export const sumOfSquares: OpFunction<typeof sumOfSquaresOp> = (inputs, backend) => {
  const out = backend.allocate(1);
  let sum = 0;
  for (const tensor of Object.values(inputs)) {
    const values = backend.floats(tensor);
    sum += backend.addon.sumSquares(values.length, values);
  }
  out[0] = sum;
  // JavaScript added up, which a replayed forward would not.
  backend.tracer?.refuse();
  return backend.output([], out);
};
