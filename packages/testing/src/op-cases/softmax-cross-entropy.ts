import { tensor2d } from "@tensorflow/tfjs-core";
import {
  softmaxCrossEntropy,
  softmaxCrossEntropyGrad,
  softmaxCrossEntropyGradOp,
  softmaxCrossEntropyOp,
} from "@tessera/core";
import { casesOf } from "../op-cases.ts";
import { normals, oddRows, shares } from "./draw.ts";

const classes = [2, 3, 10, 63, 65, 577, 1000];
const sizes = [
  ...[1, 3, 7, 16, 33].flatMap((rows) => classes.map((width) => [rows, width] as const)),
  ...oddRows.map((width) => [7, width] as const),
  [197, 65] as const,
  [0, 10] as const,
];

export const softmaxCrossEntropyCases = casesOf({
  op: softmaxCrossEntropyOp,
  call: ({ logits, target }) => softmaxCrossEntropy(logits, target),
  differentiable: ["logits"],
  cases: [
    ...sizes.map(([rows, width]) => ({
      name: `${rows} rows of ${width} classes`,
      inputs: () => ({ logits: normals(width, [rows, width], 4), target: shares(2, [rows, width]) }),
      attrs: {},
      tolerance: { atol: 1e-4 },
    })),
    {
      name: "logits of any size",
      inputs: () => ({
        logits: tensor2d([1e4, -1e4, 0, -3e4, -3e4, -3e4, 1e30, -1e30, 2], [3, 3]),
        target: tensor2d([1, 0, 0, 0, 1, 0, 1, 0, 0], [3, 3]),
      }),
      attrs: {},
    },
  ],
});

export const softmaxCrossEntropyGradCases = casesOf({
  op: softmaxCrossEntropyGradOp,
  call: ({ dy, logits, target }) => softmaxCrossEntropyGrad(dy, logits, target),
  cases: sizes.map(([rows, width]) => ({
    name: `${rows} rows of ${width} classes`,
    inputs: () => ({ dy: normals(3, [rows]), logits: normals(1, [rows, width], 4), target: shares(2, [rows, width]) }),
    attrs: {},
  })),
});
