import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  add,
  grads,
  mul,
  ones,
  reshape,
  tensor,
  tidy,
  zeros,
} from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, onGpu, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { documented, withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { ShapeError } from "../errors.ts";
import { type Activation, activate } from "./activation.ts";
import { type LinearOptions, linear } from "./linear.ts";

const activations: Activation[] = ["none", "gelu", "gelu_tanh", "quick_gelu", "relu", "silu"];
// On a GPU every shape is a new set of shaders: two stand for all.
const leading = onGpu() ? [[5], [2, 1, 3]] : [[1], [5], [2, 3], [1, 1], [2, 1, 3], [3, 2, 1, 2]];

function parts(shape: number[], inputs: number, outputs: number) {
  const random = seeded(inputs + outputs);
  return {
    x: random.normals([...shape, inputs]),
    weight: random.normals([outputs, inputs]) as Tensor2D,
    bias: random.normals([outputs]) as Tensor1D,
    scale: random.normals([outputs]) as Tensor1D,
    residual: random.normals([...shape, outputs]),
  };
}

describe.each(leading.map((shape) => ({ shape })))("x of $shape rows", ({ shape }) => {
  test("x Wᵀ + b, summed in float64", async () => {
    const { x, weight, bias } = parts(shape, 7, 3);
    const [xs, ws, bs] = [await x.data(), await weight.data(), await bias.data()];
    const rows = xs.length / 7;
    const data = Array.from({ length: rows * 3 }, (_, at) => {
      const [row, out] = [Math.floor(at / 3), at % 3];
      let sum = bs[out]!;
      for (let i = 0; i < 7; i++) sum += xs[row * 7 + i]! * ws[out * 7 + i]!;
      return sum;
    });
    await expect(linear(x, weight, { bias })).toBeAllClose({ shape: [...shape, 3], data });
  });

  test("gradients of every tensor", async () => {
    const { x, weight, bias, scale, residual } = parts(shape, 3, 5);
    await checkGradients(
      (...[a, w, b, s, r]) =>
        linear(a!, w as Tensor2D, { bias: b as Tensor1D, activation: "silu", scale: s as Tensor1D, residual: r! }),
      [x, weight, bias, scale, residual],
      { samples: 12 },
    );
  });
});

describe.each(activations)("with %s", (activation) => {
  test("every epilogue gives in one pass what it gives step by step", async () => {
    const { x, weight, ...all } = parts([2, 3], 4, 5);
    for (let some = 0; some < 8; some++) {
      const options: LinearOptions = {
        activation,
        bias: some & 1 ? all.bias : undefined,
        scale: some & 2 ? all.scale : undefined,
        residual: some & 4 ? all.residual : undefined,
      };
      const product = activate(linear(x, weight, { bias: options.bias }), activation);
      const scaled = options.scale ? mul(product, options.scale) : product;
      const steps = options.residual ? add(options.residual, scaled) : scaled;
      await expect(linear(x, weight, options)).toBeAllClose(steps);
    }
  });

  test("gradients pass through the activation", async () => {
    const { x, weight, bias } = parts([3], 4, 3);
    const shifted = tidy(() => add(bias, 0.1)); // ReLU's kink is off the values
    await checkGradients(
      (...[a, w, b]) => linear(a!, w as Tensor2D, { bias: b as Tensor1D, activation }),
      [x, weight, shifted],
      { step: 2 ** -9, atol: 2e-3 },
    );
  });
});

describe("kernels", () => {
  const { x, weight, ...all } = parts([2, 3], 4, 5);
  const shapes = { x: [2, 3, 4], weight: [5, 4], bias: [5], scale: [5], residual: [2, 3, 5] };

  test("one call with all inputs at inference", () => {
    const { calls } = withFakeKernels(documented, () => linear(x, weight, { ...all, activation: "gelu" }));
    expect(calls).toEqual([{ kernel: "TesseraLinear", inputs: shapes, attrs: { activation: "gelu" } }]);
  });

  test("absent inputs are not passed", () => {
    const { calls } = withFakeKernels(documented, () => linear(x, weight));
    expect(calls).toEqual([
      { kernel: "TesseraLinear", inputs: { x: shapes.x, weight: shapes.weight }, attrs: { activation: "none" } },
    ]);
  });

  test("recorded, the product is a call of its own; gradients are asked for one by one, and only those needed", () => {
    const f = (w: Tensor, b: Tensor) => linear(x, w as Tensor2D, { ...all, bias: b as Tensor1D, activation: "relu" });
    const { calls } = withFakeKernels(documented, () => grads(f)([weight, all.bias], ones([2, 3, 5])));
    const product = { x: shapes.x, weight: shapes.weight };
    expect(calls).toEqual([
      { kernel: "TesseraLinear", inputs: { ...product, bias: [5] }, attrs: { activation: "none" } },
      { kernel: "TesseraActivation", inputs: { x: [2, 3, 5] }, attrs: { activation: "relu" } },
      { kernel: "TesseraActivationGrad", inputs: { dy: [2, 3, 5], x: [2, 3, 5] }, attrs: { activation: "relu" } },
      { kernel: "TesseraLinearGrad", inputs: { dy: [2, 3, 5], ...product }, attrs: { wanted: "weight" } },
      { kernel: "TesseraLinearGrad", inputs: { dy: [2, 3, 5], ...product }, attrs: { wanted: "bias" } },
    ]);
  });
});

test("refuses shapes that do not fit, with expected and got", () => {
  const x = zeros([2, 3]);
  const weight = zeros([4, 3]) as Tensor2D;
  expect(() => linear(zeros([2, 5]), weight)).toThrow(ShapeError);
  expect(() => linear(zeros([2, 5]), weight)).toThrow("linear: expected x [..., 3], got [2, 5]");
  expect(() => linear(tensor([1, 2, 3]), weight)).toThrow("linear: expected x [..., 3], got [3]");
  expect(() => linear(x, weight, { bias: zeros([3]) as Tensor1D })).toThrow("linear: expected bias [4], got [3]");
  expect(() => linear(x, weight, { scale: zeros([1, 4]) as never })).toThrow("linear: expected scale [4], got [1, 4]");
  expect(() => linear(x, weight, { residual: zeros([1, 4]) })).toThrow("linear: expected residual [2, 4], got [1, 4]");
});

test("leaks nothing, forward and backward", async () => {
  const { x, weight, ...all } = parts([2, 3], 4, 5);
  await expectNoLeak(() => {
    linear(x, weight, { ...all, activation: "gelu" }).dispose();
    const f = (...[a, w]: Tensor[]) => reshape(linear(a!, w as Tensor2D, { ...all, activation: "gelu" }), [-1]);
    for (const slope of grads(f)([x, weight])) slope.dispose();
  });
});
