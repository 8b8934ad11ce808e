import type { Tensor3D } from "@tensorflow/tfjs-core";
import {
  type DeformableGrid,
  deformableAttention,
  deformableAttentionGrad,
  deformableAttentionGradOp,
  deformableAttentionOp,
} from "@tessera/core";
import { casesOf } from "../op-cases.ts";
import { normals } from "./draw.ts";

interface Given extends DeformableGrid {
  /** Pictures, queries and the width of a head. */
  sizes: readonly [b: number, q: number, d: number];
}

/** Heads about the sizes of vectors, maps of odd sizes and of one place, one map alone. */
const all: readonly Given[] = [
  { sizes: [2, 5, 4], heads: 3, points: 2, grids: [[5, 7], [3, 4], [1, 2]] }, // prettier-ignore
  { sizes: [1, 33, 32], heads: 2, points: 4, grids: [[9, 11], [5, 6], [3, 3], [1, 1]] }, // prettier-ignore
  { sizes: [3, 4, 19], heads: 1, points: 3, grids: [[4, 6]] },
  { sizes: [1, 1, 8], heads: 8, points: 1, grids: [[2, 3], [1, 5]] }, // prettier-ignore
];

const nameOf = ({ sizes: [b, q, d], heads, points, grids }: Given) =>
  `[${b}, ${q}, ${heads}·${d}], ${points} points on ${grids.map((grid) => grid.join("×")).join(", ")}`;

/** Locations inside, across borders and far outside. */
function inputsOf({ sizes: [b, q, d], heads, points, grids }: Given) {
  const places = grids.reduce((count, [rows, columns]) => count + rows * columns, 0);
  const samples = heads * grids.length * points;
  return {
    value: normals(1, [b, places, heads * d]),
    locations: normals(2, [b, q, 2 * samples], 0.5, 0.5),
    weights: normals(3, [b, q, samples], 0.5),
  };
}

export const deformableAttentionCases = casesOf({
  op: deformableAttentionOp,
  call: (inputs, given: Given) => deformableAttention(inputs, given),
  differentiable: ["value", "locations", "weights"],
  gradientTolerance: { rtol: 1e-4, atol: 1e-4 },
  cases: all.map((given) => ({ name: nameOf(given), inputs: () => inputsOf(given), attrs: given })),
});

export const deformableAttentionGradCases = casesOf({
  op: deformableAttentionGradOp,
  call: ({ dy, ...inputs }, given: Given) => deformableAttentionGrad(dy, inputs, given),
  cases: all.map((given) => ({
    name: nameOf(given),
    inputs: () => {
      const { sizes: [b, q, d], heads } = given; // prettier-ignore
      return { dy: normals(4, [b, q, heads * d]) as Tensor3D, ...inputsOf(given) };
    },
    attrs: given,
    tolerance: { rtol: 1e-4, atol: 1e-4 },
  })),
});
