// Every gradient against differences. These files run on the wasm backend too, which proves that it has every kernel that
// the gradients call.
import {
  type Tensor,
  add,
  div,
  exp,
  grads,
  log,
  matMul,
  mul,
  neg,
  relu,
  rsqrt,
  sigmoid,
  softmax,
  sqrt,
  square,
  sub,
  tanh,
  tensor,
  tensor1d,
} from "@tensorflow/tfjs-core";
import { checkGradients, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { arithmeticGradients } from "./arithmetic-gradients.ts";

const broadcasts: [number[], number[]][] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [[3], [2, 3]],
  [
    [2, 1],
    [1, 3],
  ],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[], [2, 2]],
  [
    [1, 1],
    [2, 3],
  ],
];

const ofTwo = { Add: add, Sub: sub, Multiply: mul, RealDiv: div };

describe.each(Object.entries(ofTwo))("%s", (_, f) => {
  test.each(broadcasts)("of %j and %j", async (a, b) => {
    const random = seeded(1);
    await checkGradients((x, y) => f(x!, y!), [random.uniforms(a, 0.5, 2), random.uniforms(b, 0.5, 2)], { samples: 8 });
  });
});

test("Multiply by whole numbers gives float gradients", async () => {
  const counts = tensor1d([2, 3], "int32");
  const [slope] = grads((x: Tensor) => mul(x, counts))([tensor1d([1, 1])]);
  expect(slope!.dtype).toBe("float32");
  await expect(slope!).toBeAllClose([2, 3]);
});

/** With the range of values to try. */
const ofOne: Record<string, [(x: Tensor) => Tensor, number, number]> = {
  Neg: [neg, -2, 2],
  Square: [square, -2, 2],
  Exp: [exp, -2, 2],
  Log: [log, 0.5, 3],
  Sqrt: [sqrt, 0.5, 3],
  Rsqrt: [rsqrt, 0.5, 3],
  Tanh: [tanh, -2, 2],
  Sigmoid: [sigmoid, -2, 2],
};

describe.each(Object.entries(ofOne))("%s", (_, [f, low, high]) => {
  test.each([[[]], [[5]], [[2, 3, 2]]])("of %j", async (shape) => {
    await checkGradients((x) => f(x!), [seeded(2).uniforms(shape, low, high)], { step: 2 ** -8 });
  });
});

test("Relu", async () => {
  await checkGradients((x) => relu(x!), [tensor1d([-2, -0.5, 0.5, 2])]);
});

test("Softmax", async () => {
  for (const shape of [[4], [2, 3], [2, 2, 3], [1, 1]])
    await checkGradients((x) => softmax(x!, -1), [seeded(3).normals(shape)]);
});

describe("BatchMatMul", () => {
  const shapes: [number[], number[]][] = [
    [
      [2, 3],
      [3, 4],
    ],
    [
      [2, 2, 3],
      [2, 3, 1],
    ],
    [
      [2, 2, 2, 3],
      [2, 2, 3, 2],
    ],
    // What tfjs's own gradient gets wrong: one matrix for a whole batch.
    [
      [3, 2, 3],
      [1, 3, 2],
    ],
    [
      [1, 2, 3],
      [3, 3, 2],
    ],
  ];
  const swapped = (shape: number[], swap: boolean) =>
    swap ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;

  test.each(shapes)("of %j and %j, plain and transposed", async (a, b) => {
    const random = seeded(4);
    for (const [left, right] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const inputs = [random.normals(swapped(a, left)), random.normals(swapped(b, right))];
      await checkGradients((x, y) => matMul(x!, y!, left, right), inputs, { samples: 6 });
    }
  });
});

test("a value that is used twice gets both gradients", async () => {
  const [slope] = grads((x: Tensor) => add(mul(x, x), x))([tensor([3], [1])]);
  await expect(slope!).toBeAllClose([7]);
});

test("no kernel is left out", () => {
  const tested = [...Object.keys(ofTwo), ...Object.keys(ofOne), "Relu", "Softmax", "BatchMatMul"];
  expect(tested.sort()).toEqual(arithmeticGradients.map(({ kernelName }) => kernelName).sort());
});
