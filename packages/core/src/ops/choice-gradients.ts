import {
  type GradConfig,
  type Tensor,
  add,
  cast,
  cumprod,
  div,
  equal,
  floor,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  logicalAnd,
  mul,
  neg,
  onesLike,
  pow,
  reshape,
  reverse,
  square,
  sub,
  sum,
  transpose,
  where,
  zerosLike,
} from "@tensorflow/tfjs-core";
import { binary, unary, unbroadcast } from "./gradient-configs.ts";
import { axesOf, kept } from "./movement-gradients.ts";

/** What chooses among values, and what else two of them make. Equals share a gradient, as in PyTorch. */
export const choiceGradients: readonly GradConfig[] = [
  extreme("Max", "reductionIndices"),
  extreme("Min", "axis"),
  binary(
    "Maximum",
    (dy, a, b) => mul(dy, share(greater(a, b), a, b)),
    (dy, a, b) => mul(dy, share(less(a, b), a, b)),
  ),
  binary(
    "Minimum",
    (dy, a, b) => mul(dy, share(less(a, b), a, b)),
    (dy, a, b) => mul(dy, share(greater(a, b), a, b)),
  ),
  unary("ClipByValue", "input", (dy, x, { clipValueMin, clipValueMax }) =>
    mul(dy, asNumbers(logicalAnd(greaterEqual(x, clipValueMin!), lessEqual(x, clipValueMax!)))),
  ),
  binary(
    "SquaredDifference",
    (dy, a, b) => mul(dy, mul(sub(a, b), 2)),
    (dy, a, b) => mul(dy, mul(sub(b, a), 2)),
  ),
  binary("Pow", ofBase, ofExponent),
  binary(
    "Mod",
    (dy) => dy,
    (dy, a, b) => neg(mul(dy, floor(div(a, b)))),
  ),
  binary(
    "Atan2",
    (dy, a, b) => div(mul(dy, b), add(square(a), square(b))),
    (dy, a, b) => neg(div(mul(dy, a), add(square(a), square(b)))),
  ),
  {
    kernelName: "Prelu",
    inputsToSave: ["x", "alpha"],
    gradFunc: (dyOrList, [x, alpha]) => {
      const dy = dyOrList as Tensor;
      const isPositive = greater(x!, 0);
      return {
        x: () => where(isPositive, dy, mul(dy, alpha!)),
        alpha: () => unbroadcast(where(isPositive, zerosLike(dy), mul(dy, x!)), alpha!.shape),
      };
    },
  },
  {
    kernelName: "AddN",
    saveAllInputs: true,
    gradFunc: (dy, terms) => Object.fromEntries(terms.map((_, i) => [i, () => (dy as Tensor).clone()])),
  },
  {
    kernelName: "Prod",
    inputsToSave: ["x"],
    gradFunc: (dy, [x], attrs) => ({
      x: () => {
        const { axis } = attrs as unknown as { axis: number | number[] };
        return mul(reshape(dy as Tensor, kept(x!.shape, axis)), others(x!, axesOf(x!.shape, axis)));
      },
    }),
  },
];

function asNumbers(condition: Tensor): Tensor {
  return cast(condition, "float32");
}

/** 1 for the chosen, a half for equals. */
function share(chosen: Tensor, a: Tensor, b: Tensor): Tensor {
  return add(asNumbers(chosen), mul(asNumbers(equal(a, b)), 0.5));
}

/** The largest or smallest of axes, which its attribute `axes` names. */
function extreme(kernelName: string, axes: string): GradConfig {
  return {
    kernelName,
    inputsToSave: ["x"],
    outputsToSave: [true],
    gradFunc: (dy, [x, y], attrs) => ({
      x: () => {
        const along = (attrs as unknown as Record<string, number | number[]>)[axes];
        const shape = kept(x!.shape, along);
        // Times 1, since tfjs's webgpu leaves a condition that it casts as whole numbers, which it cannot transpose.
        const chosen = mul(asNumbers(equal(x!, reshape(y!, shape))), 1);
        return mul(chosen, div(reshape(dy as Tensor, shape), sum(chosen, axesOf(x!.shape, along), true)));
      },
    }),
  };
}

/** b aᵇ⁻¹, and 0 where b is 0, whatever a. */
function ofBase(dy: Tensor, a: Tensor, b: Tensor): Tensor {
  const exponent = where(equal(b, 0), onesLike(b), sub(b, 1));
  return mul(dy, mul(cast(b, "float32"), pow(a, exponent)));
}

/** aᵇ log a, and 0 where a has no logarithm. */
function ofExponent(dy: Tensor, a: Tensor, b: Tensor): Tensor {
  const logarithm = log(where(greater(a, 0), a, onesLike(a)));
  return mul(dy, mul(pow(a, b), logarithm));
}

/** For each value the product of the others along some axes, zeros among them or not. */
function others(x: Tensor, axes: readonly number[]): Tensor {
  const order = [...x.shape.keys()].sort((i, j) => Number(axes.includes(i)) - Number(axes.includes(j)));
  const turned = transpose(x, order);
  const length = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  const rows = reshape(turned, [-1, length]);
  // Turned round by hand, since tfjs's webgpu keeps its reverse form for the first length that comes.
  const after = reverse(cumprod(reverse(rows, 1), 1, true), 1);
  const product = mul(cumprod(rows, 1, true), after);
  return transpose(
    reshape(product, turned.shape),
    order.map((_, axis) => order.indexOf(axis)),
  );
}
