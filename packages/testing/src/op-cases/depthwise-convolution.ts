import type { Tensor4D } from "@tensorflow/tfjs-core";
import {
  type DepthwiseConvolutionOptions,
  convolutionGrid,
  depthwiseConvolution,
  depthwiseConvolutionGrad,
  depthwiseConvolutionGradOp,
  depthwiseConvolutionOp,
} from "@tessera/core";
import { casesOf } from "../op-cases.ts";
import { normals } from "./draw.ts";

interface Given extends Omit<DepthwiseConvolutionOptions, "bias"> {
  x: Tensor4D["shape"];
  size: readonly [number, number];
}

/** Channels about the sizes of vectors, windows that reach beyond the image, a single pixel, a line. */
const all: readonly Given[] = [
  { x: [2, 7, 9, 16], size: [3, 3], padding: 1, activation: "gelu" },
  { x: [1, 14, 13, 37], size: [3, 3], padding: 1 },
  { x: [2, 1, 1, 5], size: [3, 3], padding: 1 },
  { x: [1, 2, 6, 64], size: [3, 3], padding: 1, activation: "relu" },
  { x: [1, 5, 1, 3], size: [3, 1], padding: [1, 0] },
  { x: [3, 6, 8, 20], size: [2, 5], padding: [1, 3] },
  { x: [1, 5, 4, 8], size: [3, 3] },
];

function nameOf({ x, size, padding = 0, activation = "none" }: Given): string {
  return `[${x.join(", ")}] with ${size.join("×")}, padding ${String(padding)}, ${activation}`;
}

export const depthwiseConvolutionCases = casesOf({
  op: depthwiseConvolutionOp,
  call: ({ x, weight, bias }, options: Given) => depthwiseConvolution(x, weight, { ...options, bias }),
  differentiable: ["x", "weight", "bias"],
  gradientTolerance: { rtol: 1e-4, atol: 1e-4 },
  cases: all.map((given, i) => ({
    name: `${nameOf(given)}${i % 3 === 2 ? "" : ", with a bias"}`,
    inputs: () => ({
      x: normals(1, given.x),
      weight: normals(2, [given.x[3], 1, ...given.size], 0.5),
      ...(i % 3 < 2 && { bias: normals(3, [given.x[3]]) }),
    }),
    attrs: given,
  })),
});

export const depthwiseConvolutionGradCases = casesOf({
  op: depthwiseConvolutionGradOp,
  call: ({ dy, x, weight }, { wanted, padding }: Given & { wanted: "x" | "weight" | "bias" }) =>
    depthwiseConvolutionGrad(dy, x, weight, { padding })[wanted](),
  cases: all.flatMap((given) =>
    (["x", "weight", "bias"] as const).map((wanted) => ({
      name: `of ${wanted}: ${nameOf(given)}`,
      inputs: () => {
        const [b, h, w, c] = given.x;
        const grid = convolutionGrid([h, w], given.size, given);
        return {
          dy: normals(4, [b, ...grid, c]),
          x: normals(1, given.x),
          weight: normals(2, [c, 1, ...given.size], 0.5),
        };
      },
      attrs: { ...given, wanted },
      tolerance: { rtol: 1e-4, atol: 1e-4 },
    })),
  ),
});
