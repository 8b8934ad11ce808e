import { type Tensor3D, ones } from "@tensorflow/tfjs-core";
import { ShapeError } from "@tessera/core";
import { expect, test } from "vitest";
import { TntAttention } from "./attention.ts";

test("refuses what it would have to leave out", () => {
  using attention = new TntAttention({ width: 4, heads: 2 }).init(0);
  const x = ones([1, 3, 4]) as Tensor3D;
  for (const name of ["mask", "queryPositions", "keyPositions", "memory"]) {
    const run = () => attention.forward(x, {}, { [name]: x });
    expect(run).toThrow(ShapeError);
    expect(run).toThrow(`TntAttention: expected tokens that all look at each other, got ${name} too`);
  }
});
