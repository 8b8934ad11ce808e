import type { AttrsOf, PlacedInputs, groupNormGradOp, groupNormOp } from "@tessera/core";
import type { NativeBackend } from "../backend.ts";
import { activationNumber } from "./activations.ts";
import { type OpFunction, sizeOf } from "./kernel.ts";

/** What the addon takes of a norm. */
function normOf(
  { x, gamma, beta }: PlacedInputs<typeof groupNormOp>,
  backend: NativeBackend,
  { groups, epsilon, activation }: AttrsOf<typeof groupNormOp>,
) {
  const [batch, height, width, channels] = x.shape;
  const values = [backend.floats(x), backend.floats(gamma), backend.floats(beta)] as const;
  return [batch, height * width, channels, groups, epsilon, activationNumber(activation), ...values] as const;
}

export const groupNorm: OpFunction<typeof groupNormOp> = (inputs, backend, attrs) => {
  const y = backend.allocate(sizeOf(inputs.x.shape));
  backend.addon.groupNorm(...normOf(inputs, backend, attrs), y);
  return backend.output([...inputs.x.shape], y);
};

export const groupNormGrad: OpFunction<typeof groupNormGradOp> = (inputs, backend, attrs) => {
  const { dy, x, gamma } = inputs;
  const [dx, dgamma, dbeta] = [x, gamma, gamma].map(({ shape }) => backend.allocate(sizeOf(shape))) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  backend.addon.groupNormGrad(...normOf(inputs, backend, attrs), backend.floats(dy), dx, dgamma, dbeta);
  return [
    backend.output([...x.shape], dx),
    backend.output([...gamma.shape], dgamma),
    backend.output([...gamma.shape], dbeta),
  ];
};
