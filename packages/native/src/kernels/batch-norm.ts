import type { AttrsOf, PlacedInputs, batchNormGradOp, batchNormOp, batchStatisticsOp } from "@tessera/core";
import type { NativeBackend } from "../backend.ts";
import { activationNumber } from "./activations.ts";
import { type OpFunction, rowsOf } from "./kernel.ts";

export const batchStatistics: OpFunction<typeof batchStatisticsOp> = ({ x }, backend) => {
  const [rows, width] = rowsOf(x.shape);
  const [mean, variance] = [backend.allocate(width), backend.allocate(width)];
  backend.addon.batchStatistics(rows, width, backend.floats(x), mean, variance);
  return [backend.output([width], mean), backend.output([width], variance)];
};

/** What the addon takes of a norm. */
function normOf(
  { x, mean, variance, gamma, beta }: PlacedInputs<typeof batchNormOp>,
  backend: NativeBackend,
  attrs: AttrsOf<typeof batchNormOp>,
) {
  const [rows, width] = rowsOf(x.shape);
  const statistics = [backend.floats(mean), backend.floats(variance)] as const;
  const weights = [backend.floats(gamma), backend.floats(beta)] as const;
  return [
    rows,
    width,
    attrs.epsilon,
    activationNumber(attrs.activation),
    backend.floats(x),
    ...statistics,
    ...weights,
  ] as const;
}

export const batchNorm: OpFunction<typeof batchNormOp> = (inputs, backend, attrs) => {
  const norm = normOf(inputs, backend, attrs);
  const y = backend.allocate(norm[0] * norm[1]);
  backend.addon.batchNorm(...norm, y);
  return backend.output([...inputs.x.shape], y);
};

export const batchNormGrad: OpFunction<typeof batchNormGradOp> = (inputs, backend, attrs) => {
  const norm = normOf(inputs, backend, attrs);
  const [rows, width] = norm;
  const [dx, dgamma, dbeta] = [backend.allocate(rows * width), backend.allocate(width), backend.allocate(width)];
  backend.addon.batchNormGrad(...norm, attrs.ofBatch, backend.floats(inputs.dy), dx, dgamma, dbeta);
  return [backend.output([...inputs.x.shape], dx), backend.output([width], dgamma), backend.output([width], dbeta)];
};
