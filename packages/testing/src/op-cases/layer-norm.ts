import { layerNorm, layerNormGrad, layerNormGradOp, layerNormOp } from "@tessera/core";
import { type OpCase, casesOf } from "../op-cases.ts";
import { normals, oddRows } from "./draw.ts";

/** From less than a vector to more than a workgroup, in fours of numbers and one by one. */
const widths = [1, 6, 24, 33, 64, 130, 192, 300];
const sizes = oddRows.flatMap((rows) => (rows > 200 ? [64, 33] : widths).map((width) => [rows, width] as const));

function caseOf(
  leading: readonly number[],
  width: number,
  { mean = 3, atol = 1e-5, epsilon = 1e-6 } = {},
): OpCase<typeof layerNormOp, { epsilon: number }> {
  return {
    name: `of [${leading.join(", ")}, ${width}] about ${mean}`,
    inputs: () => ({
      x: normals(1, [...leading, width], 1, mean),
      gamma: normals(2, [width], 1, 1),
      beta: normals(3, [width]),
    }),
    attrs: { epsilon },
    tolerance: { atol },
  };
}

export const layerNormCases = casesOf({
  op: layerNormOp,
  call: ({ x, gamma, beta }, { epsilon }: { epsilon: number }) => layerNorm(x, gamma, beta, epsilon),
  cases: [
    ...sizes.map(([rows, width]) => caseOf([rows], width)),
    ...[[2, 3], [2, 2, 3], [3, 1, 2, 5]].map((leading) => caseOf(leading, 8, { epsilon: 1e-3 })), // prettier-ignore
    // Whose mean is much larger than what they differ by.
    caseOf([5], 48, { mean: 1000, atol: 1e-3 }),
    caseOf([0], 8),
  ],
});

export const layerNormGradCases = casesOf({
  op: layerNormGradOp,
  call: ({ dy, x, gamma }, { epsilon }: { epsilon: number }) => layerNormGrad(dy, x, gamma, epsilon),
  cases: [...sizes, [0, 33] as const].map(([rows, width]) => ({
    name: `of [${rows}, ${width}]`,
    inputs: () => ({
      dy: normals(4, [rows, width]),
      x: normals(1, [rows, width], 1, 3),
      gamma: normals(2, [width], 1, 1),
    }),
    attrs: { epsilon: 1e-6 },
    tolerance: { atol: 1e-4 },
  })),
});
