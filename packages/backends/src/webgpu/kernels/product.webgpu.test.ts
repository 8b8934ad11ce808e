import { engine, matMul, transpose } from "@tensorflow/tfjs-core";
import { composed, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { dispatch, emptyTensor } from "../program/program.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import { productGroups, productProgram, tileFor, tiles } from "./product.ts";

test.each(["large", "medium", "small"] as const)("sums up right in a %s tile, turned or not", async (size) => {
  const backend = engine().backend as unknown as TfjsWebgpu;
  const epilogue = { bias: false, activation: "none", scale: false, residual: false } as const;
  const shape = { rows: 130, columns: 132, depth: 20 };
  const [a, b] = [seeded(1).normals([130, 20]), seeded(2).normals([20, 132])];
  const expected = composed(() => matMul(a, b));
  for (const [form, left, right] of [
    [{ a: "k", b: "outer" }, a, b],
    [{ a: "outer", b: "k" }, transpose(a), transpose(b)],
  ] as const) {
    const y = emptyTensor(backend, [130, 132]);
    const program = productProgram(shape, { ...form, packed: false, epilogue, half: "off" }, tiles[size]);
    const groups = productGroups(shape, tiles[size]);
    dispatch(backend, program, { inputs: [left, right], outputs: [y], params: [130, 132, 20], groups });
    await expect(engine().makeTensorFromTensorInfo(y)).toBeAllClose(expected);
  }
});

test("takes larger tiles for larger products", () => {
  const sizes = [[197, 192], [788, 768], [6304, 3072]] as const; // prettier-ignore
  expect(sizes.map(([rows, columns]) => tileFor({ rows, columns, depth: 1 }).rows)).toEqual([32, 64, 128]);
});
