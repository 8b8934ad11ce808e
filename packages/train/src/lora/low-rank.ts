import { type Tensor, type Tensor2D, concat, zeros } from "@tensorflow/tfjs-core";
import { Module, Param, torchUniform, zeros as zeroed } from "@tessera/core";

/** What is added to some rows of a weight: b · a, of a low rank. It begins as nothing, because b is 0. */
export class LowRank extends Module {
  /** [rank, in] */
  readonly a: Param;
  /** [rows, rank] */
  readonly b: Param;
  /** Its first row in the weight. */
  readonly start: number;

  constructor(inputs: number, rank: number, start: number, rows: number) {
    super();
    this.start = start;
    this.a = new Param([rank, inputs], torchUniform(inputs));
    this.b = new Param([rows, rank], zeroed);
  }
}

/** Several as one: a [ranks, in] and b [outputs, ranks], in which each part has its rows and columns to itself. */
export function joined(parts: readonly LowRank[], outputs: number): { a: Tensor2D; b: Tensor2D } {
  const a = concat(parts.map((part) => part.a.value as Tensor as Tensor2D), 0); // prettier-ignore
  const [ranks] = a.shape;
  const rows: Tensor2D[] = [];
  let [row, rank] = [0, 0];
  for (const { b, start } of [...parts].sort((one, other) => one.start - other.start)) {
    const [count, width] = b.shape as [number, number];
    if (start > row) rows.push(zeros([start - row, ranks]));
    const sides = [zeros([count, rank]), b.value as Tensor, zeros([count, ranks - rank - width])];
    rows.push(concat(sides.filter(({ size }) => size > 0), 1) as Tensor2D); // prettier-ignore
    [row, rank] = [start + count, rank + width];
  }
  if (row < outputs) rows.push(zeros([outputs - row, ranks]));
  return { a, b: concat(rows, 0) };
}
