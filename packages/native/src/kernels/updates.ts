import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { AdamFactors } from "../addon.ts";
import type { NativeBackend } from "../backend.ts";
import type { Attrs, Inputs, NativeKernel } from "./kernel.ts";

/** Where values are read and where the next ones go, which may be the same, and what wraps those. */
function renewed(backend: NativeBackend, tensors: readonly TensorInfo[]) {
  const from = tensors.map((tensor) => backend.floats(tensor));
  const to = tensors.map((tensor) => backend.renew(tensor));
  return { from, to, outputs: () => tensors.map(({ shape }, i) => backend.output([...shape], to[i]!)) };
}

function sgd({ weight, gradient, velocity }: Inputs, backend: NativeBackend, attrs: Attrs) {
  const { scale, weightDecay, momentum, dampening, rate, nesterov } = attrs as Record<string, number>;
  const slopes = backend.floats(gradient!);
  const { from, to, outputs } = renewed(backend, velocity ? [weight!, velocity] : [weight!]);
  backend.addon.sgdUpdate(
    slopes.length,
    scale!,
    weightDecay!,
    momentum!,
    1 - dampening!,
    rate!,
    Boolean(nesterov),
    from[0]!,
    slopes,
    from[1],
    to[0]!,
    to[1],
  );
  return outputs();
}

function factorsOf(attrs: Attrs): AdamFactors {
  const { scale, joining, shrink, beta1, beta2, first, root, epsilon, rate } = attrs as Record<string, number>;
  return [scale!, joining!, shrink!, beta1!, beta2!, first!, root!, epsilon!, rate!];
}

function adam({ weight, gradient, mean, variance }: Inputs, backend: NativeBackend, attrs: Attrs) {
  const slopes = backend.floats(gradient!);
  const { from, to, outputs } = renewed(backend, [weight!, mean!, variance!]);
  const arrays = [from[0]!, slopes, from[1]!, from[2]!, to[0]!, to[1]!, to[2]!] as const;
  backend.addon.adamUpdate(slopes.length, ...factorsOf(attrs), ...arrays);
  return outputs();
}

function lamb({ weight, gradient, mean, variance }: Inputs, backend: NativeBackend, attrs: Attrs) {
  const slopes = backend.floats(gradient!);
  const { from, to, outputs } = renewed(backend, [weight!, mean!, variance!]);
  const arrays = [from[0]!, slopes, from[1]!, from[2]!, to[0]!, to[1]!, to[2]!] as const;
  const { adapt, trustClip } = attrs as Record<string, boolean>;
  backend.addon.lambUpdate(slopes.length, ...factorsOf(attrs), adapt!, trustClip!, ...arrays);
  return outputs();
}

function averageOf({ average, values }: Inputs, backend: NativeBackend, { decay }: Attrs) {
  const nexts = backend.floats(values!);
  const { from, to, outputs } = renewed(backend, [average!]);
  backend.addon.averageUpdate(nexts.length, 1 - (decay as number), from[0]!, nexts, to[0]!);
  return outputs();
}

function sumOfSquares(inputs: Inputs, backend: NativeBackend) {
  const out = backend.allocate(1);
  let sum = 0;
  for (const tensor of Object.values(inputs)) {
    const values = backend.floats(tensor);
    sum += backend.addon.sumSquares(values.length, values);
  }
  out[0] = sum;
  // JavaScript added up, which a recorded forward would not.
  backend.tracer?.refuse();
  return backend.output([], out);
}

export const updateKernels: Record<string, NativeKernel> = {
  TesseraSgdUpdate: sgd,
  TesseraAdamUpdate: adam,
  TesseraLambUpdate: lamb,
  TesseraAverageUpdate: averageOf,
  TesseraSumOfSquares: sumOfSquares,
};
