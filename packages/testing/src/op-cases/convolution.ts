import type { Tensor4D } from "@tensorflow/tfjs-core";
import {
  type ConvolutionOptions,
  convolution,
  convolutionGrad,
  convolutionGradOp,
  convolutionGrid,
  convolutionOp,
} from "@tessera/core";
import { casesOf } from "../op-cases.ts";
import { normals } from "./draw.ts";

interface Given extends Omit<ConvolutionOptions, "bias"> {
  x: Tensor4D["shape"];
  weight: Tensor4D["shape"];
}

/** Padded, strided and dilated alike and unlike along both axes; more windows, channels and outputs than go at once. */
const all: readonly Given[] = [
  { x: [2, 9, 11, 3], weight: [5, 3, 3, 3], padding: 1 },
  { x: [2, 29, 25, 12], weight: [20, 12, 3, 3], padding: 1 },
  { x: [5, 13, 17, 3], weight: [24, 3, 2, 2], activation: "relu" },
  { x: [1, 32, 31, 3], weight: [16, 3, 7, 7], padding: 3, stride: 2 },
  { x: [2, 15, 14, 16], weight: [33, 16, 3, 3], padding: 1, stride: 2, activation: "gelu" },
  { x: [2, 14, 15, 20], weight: [12, 20, 1, 1], stride: 2 },
  { x: [1, 6, 7, 130], weight: [30, 130, 3, 3], padding: 2, dilation: 2 },
  { x: [1, 13, 12, 4], weight: [2, 4, 3, 2], padding: [2, 3], dilation: [2, 3], stride: [3, 2] },
  { x: [1, 3, 3, 512], weight: [16, 512, 3, 3], padding: 1 },
  { x: [0, 9, 11, 3], weight: [5, 3, 3, 3], padding: 1, stride: 2 },
];

function nameOf({ x, weight, stride = 1, padding = 0, dilation = 1, activation = "none" }: Given): string {
  const steps = Object.entries({ stride, padding, dilation }).map(([name, value]) => `${name} ${String(value)}`);
  return `[${x.join(", ")}] with [${weight.join(", ")}], ${steps.join(", ")}, ${activation}`;
}

export const convolutionCases = casesOf({
  op: convolutionOp,
  call: ({ x, weight, bias }, options: Given) => convolution(x, weight, { ...options, bias }),
  differentiable: ["x", "weight", "bias"],
  gradientTolerance: { rtol: 1e-4, atol: 1e-3 },
  cases: all.map((given, i) => ({
    name: `${nameOf(given)}${i % 3 === 2 ? "" : ", with a bias"}`,
    inputs: () => ({
      x: normals(1, given.x),
      weight: normals(2, given.weight, 0.2),
      ...(i % 3 < 2 && { bias: normals(3, [given.weight[0]]) }),
    }),
    attrs: given,
    tolerance: { atol: 1e-4 },
  })),
});

export const convolutionGradCases = casesOf({
  op: convolutionGradOp,
  call: ({ dy, x, weight }, { wanted, ...steps }: Given & { wanted: "x" | "weight" | "bias" }) =>
    convolutionGrad(dy, x, weight, steps)[wanted](),
  cases: all.flatMap((given) =>
    (["x", "weight", "bias"] as const).map((wanted) => ({
      name: `of ${wanted}: ${nameOf(given)}`,
      inputs: () => {
        const [b, h, w] = given.x;
        const [out, , rows, columns] = given.weight;
        const grid = convolutionGrid([h, w], [rows, columns], given);
        return { dy: normals(4, [b, ...grid, out]), x: normals(1, given.x), weight: normals(2, given.weight, 0.2) };
      },
      attrs: { ...given, wanted },
      tolerance: { rtol: 1e-4, atol: 1e-3 },
    })),
  ),
});
