import { type Tensor, type Tensor4D, grad } from "@tensorflow/tfjs-core";
import { type MaxPoolOptions, convolutionGrid, maxPool, maxPoolGradOp, maxPoolOp } from "@tessera/core";
import { casesOf } from "../op-cases.ts";
import { normals } from "./draw.ts";

interface Given extends MaxPoolOptions {
  x: Tensor4D["shape"];
}

const all: readonly Given[] = [
  { x: [2, 31, 30, 24], size: 2 },
  { x: [2, 9, 11, 19], size: 3, stride: 2, padding: 1 },
  { x: [1, 8, 7, 33], size: [3, 2], stride: 1 },
  { x: [0, 9, 11, 3], size: 3, stride: 2, padding: 1 },
];

const nameOf = ({ x, size, stride = size, padding = 0 }: Given) =>
  `[${x.join(", ")}] by ${String(size)}, stride ${String(stride)}, padding ${String(padding)}`;

export const maxPoolCases = casesOf({
  op: maxPoolOp,
  call: ({ x }, options: Given) => maxPool(x, options),
  differentiable: ["x"],
  cases: all.map((given) => ({
    name: nameOf(given),
    inputs: () => ({ x: normals(1, given.x) }),
    attrs: given,
    tolerance: { rtol: 0, atol: 0 },
  })),
});

export const maxPoolGradCases = casesOf({
  op: maxPoolGradOp,
  call: ({ dy, x }, options: Given) => grad((z: Tensor) => maxPool(z as Tensor4D, options))(x, dy) as Tensor4D,
  cases: all.map((given) => ({
    name: nameOf(given),
    inputs: () => {
      const { size, stride = size, padding = 0 } = given;
      const [b, h, w, c] = given.x;
      const pair = typeof size === "number" ? ([size, size] as const) : size;
      return { dy: normals(2, [b, ...convolutionGrid([h, w], pair, { stride, padding }), c]), x: normals(1, given.x) };
    },
    attrs: given,
  })),
});
