import { type Tensor1D, type Tensor2D, engine, matMul, tensor, transpose } from "@tensorflow/tfjs-core";
import { type Activation, activate, linear, linearGrad } from "@tessera/core";
import { checkGradients, composed, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { oddRows } from "./__fixtures__/odd-rows.ts";
import { dispatch, emptyTensor } from "../program/program.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import { productGroups, productProgram, tileFor, tiles } from "./product.ts";

const activations: Activation[] = ["none", "gelu", "gelu_tanh", "quick_gelu", "relu", "silu"];

function random(seed: number, shape: number[], spread = 1) {
  const { normal } = seeded(seed);
  return tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => spread * normal()),
    shape,
  );
}

describe("linear", () => {
  const widths = [[1, 1], [3, 5], [4, 8], [17, 33], [66, 64], [64, 130]] as const; // prettier-ignore
  test.each([1, 3, 8, 9, 15, 16, 17, 31, 33, 65, 197])("equals the composed definition with %i rows", async (rows) => {
    // Each number of rows meets two of the widths: every one more is a shader more to compile.
    for (const [inputs, out] of [widths[rows % 6]!, widths[(rows + 2) % 6]!]) {
      const x = random(1, [rows, inputs]);
      const weight = random(2, [out, inputs], inputs ** -0.5) as Tensor2D;
      const bias = random(3, [out]) as Tensor1D;
      const scale = random(4, [out]) as Tensor1D;
      const options = { bias, scale, residual: random(5, [rows, out]), activation: "gelu" } as const;
      await expect(linear(x, weight, options)).toBeAllClose(composed(() => linear(x, weight, options)));
    }
  });

  test.each(["large", "medium", "small"] as const)("sums up right in a %s tile, turned or not", async (size) => {
    const backend = engine().backend as unknown as TfjsWebgpu;
    const epilogue = { bias: false, activation: "none", scale: false, residual: false } as const;
    const shape = { rows: 130, columns: 132, depth: 20 };
    const [a, b] = [random(1, [130, 20]), random(2, [20, 132])];
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

  test.each(activations)("applies %s to numbers of any size", async (activation) => {
    const x = tensor([-1e30, -200, -9, -3.3, -1, -0.1, 0, 1e-3, 0.5, 2, 7, 90, 1e30]);
    const got = await activate(x, activation).data();
    expect(got.every(Number.isFinite)).toBe(true);
    await expect(activate(x, activation)).toBeAllClose(composed(() => activate(x, activation)));
  });

  test("keeps the axes before the last", async () => {
    const y = linear(random(1, [2, 3, 8]), random(2, [5, 8]) as Tensor2D);
    expect(y.shape).toEqual([2, 3, 5]);
  });
});

describe("gradients of linear", () => {
  const widths = [[3, 5], [6, 12], [65, 31], [64, 96], [33, 4]] as const; // prettier-ignore
  test.each([...oddRows, 130])("equal the composed definition with %i rows", async (rows) => {
    for (const [inputs, out] of [widths[rows % 5]!, widths[(rows + 2) % 5]!, widths[(rows + 4) % 5]!]) {
      const [dy, x] = [random(1, [rows, out]), random(2, [rows, inputs])];
      const weight = random(3, [out, inputs]) as Tensor2D;
      for (const wanted of ["x", "weight", "bias"] as const) {
        const got = linearGrad(dy, x, weight)[wanted]();
        await expect(got).toBeAllClose(
          composed(() => linearGrad(dy, x, weight)[wanted]()),
          { atol: 1e-4 },
        );
      }
    }
  });

  test("agree with differences", async () => {
    const inputs = [random(1, [3, 5]), random(2, [6, 5]), random(3, [6]), random(4, [6]), random(5, [3, 6])];
    await checkGradients(
      (x, weight, bias, scale, residual) =>
        linear(x!, weight as Tensor2D, {
          bias: bias as Tensor1D,
          scale: scale as Tensor1D,
          residual,
          activation: "gelu",
        }),
      inputs,
    );
  });

  test.each(activations.slice(1))("of %s agree with differences", async (activation) => {
    // Away from 0, where relu has none.
    const x = tensor([-4, -2.2, -1.1, -0.4, 0.3, 0.9, 1.7, 3.1]);
    await checkGradients((at) => activate(at, activation), [x]);
  });
});
