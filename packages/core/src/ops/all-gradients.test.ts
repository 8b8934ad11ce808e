// Every gradient against differences, on each backend.
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { checkGradients, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { moreGradientKernels, registerAllGradients } from "./all-gradients.ts";
import { gradientKernels } from "./gradients.ts";

registerAllGradients();

/** What tfjs-backend-wasm computes wrongly itself: it runs into other memory with an explicit padding, and gathers from other rows. */
const byWasm = tf.getBackend() === "wasm";

/** With the range of values to try. */
const ofOne: Record<string, [(x: Tensor) => Tensor, number, number]> = {
  Abs: [tf.abs, 0.2, 2],
  Reciprocal: [tf.reciprocal, 0.7, 2],
  Sin: [tf.sin, -2, 2],
  Cos: [tf.cos, -2, 2],
  Tan: [tf.tan, -1, 1],
  Asin: [tf.asin, -0.7, 0.7],
  Acos: [tf.acos, -0.7, 0.7],
  Atan: [tf.atan, -2, 2],
  Sinh: [tf.sinh, -2, 2],
  Cosh: [tf.cosh, -2, 2],
  Asinh: [tf.asinh, -2, 2],
  Acosh: [tf.acosh, 1.5, 3],
  Atanh: [tf.atanh, -0.7, 0.7],
  Expm1: [tf.expm1, -2, 2],
  Log1p: [tf.log1p, -0.5, 2],
  Erf: [tf.erf, 0.2, 2],
  Softplus: [tf.softplus, -2, 2],
  Elu: [tf.elu, -2, -0.2],
  Selu: [tf.selu, -2, -0.2],
  LeakyRelu: [(x) => tf.leakyRelu(x, 0.3), -2, -0.2],
  Relu6: [tf.relu6, 0.2, 2],
};

describe.each(Object.entries(ofOne))("%s", (_, [f, low, high]) => {
  test.each([[[]], [[2, 3, 2]]])("of %j", async (shape) => {
    await checkGradients((x) => f(x!), [seeded(2).uniforms(shape, low, high)], {
      step: 2 ** -8,
      rtol: 1e-2,
      atol: 2e-3,
    });
  });
});

/** About kinks: at 0, and far on both sides. */
const kinks: [string, (x: Tensor) => Tensor, number[], number[]][] = [
  ["Abs", tf.abs, [-2, 0, 2], [-1, 0, 1]],
  ["Elu", tf.elu, [-20, 2], [2.0611536e-9, 1]],
  ["Selu", tf.selu, [2], [1.0507009873554805]],
  ["LeakyRelu", (x) => tf.leakyRelu(x, 0.3), [2, -2], [1, 0.3]],
  ["Relu6", tf.relu6, [-1, 3, 7], [0, 1, 0]],
  ["ClipByValue", (x) => tf.clipByValue(x, -1, 2), [-2, -1, 0, 2, 3], [0, 1, 1, 1, 0]],
];

test.each(kinks)("%s where its slope changes", async (_, f, at, slopes) => {
  await expect(tf.grad(f)(tf.tensor1d(at))).toBeAllClose(slopes);
});

const steps: Record<string, (x: Tensor) => Tensor> = {
  Floor: tf.floor,
  Ceil: tf.ceil,
  Round: tf.round,
  Sign: tf.sign,
  Step: (x) => tf.step(x),
  OnesLike: tf.onesLike,
  ZerosLike: tf.zerosLike,
  IsNan: tf.isNaN,
  IsInf: tf.isInf,
  IsFinite: tf.isFinite,
  LogicalNot: (x) => tf.logicalNot(tf.cast(x, "bool")),
  Equal: (x) => tf.equal(x, 1),
  NotEqual: (x) => tf.notEqual(x, 1),
  Greater: (x) => tf.greater(x, 1),
  GreaterEqual: (x) => tf.greaterEqual(x, 1),
  Less: (x) => tf.less(x, 1),
  LessEqual: (x) => tf.lessEqual(x, 1),
  LogicalAnd: (x) => tf.logicalAnd(tf.cast(x, "bool"), tf.cast(x, "bool")),
  LogicalOr: (x) => tf.logicalOr(tf.cast(x, "bool"), tf.cast(x, "bool")),
};

test.each(Object.entries(steps))("%s has a slope of 0, and lets others pass", async (_, f) => {
  const [slope] = tf.grads((x: Tensor) => tf.add(tf.cast(f(x), "float32"), tf.mul(x, 3)))([tf.tensor1d([0.5, 1, 1.5])]);
  await expect(slope!).toBeAllClose([3, 3, 3]);
});

const broadcasts: [number[], number[]][] = [
  [[2, 3], [2, 3]], [[2, 3], [3]], [[2, 1, 3], [4, 1]], [[], [2, 2]],
]; // prettier-ignore

const ofTwo: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
  Maximum: tf.maximum,
  Minimum: tf.minimum,
  SquaredDifference: tf.squaredDifference,
  Pow: tf.pow,
  Mod: tf.mod,
  Atan2: tf.atan2,
};

describe.each(Object.entries(ofTwo))("%s", (name, f) => {
  test.each(broadcasts)("of %j and %j", async (a, b) => {
    const random = seeded(1);
    // No quotient is near a whole number, where a rest jumps.
    const [low, high] = name === "Mod" ? [0.6, 0.9] : [0.5, 2];
    await checkGradients((x, y) => f(x!, y!), [random.uniforms(a, 1, 1.1), random.uniforms(b, low!, high!)], {
      samples: 8,
      step: 2 ** -10,
      rtol: 2e-2,
      atol: 5e-3,
    });
  });
});

test("equals share a gradient", async () => {
  const slopes = (f: (a: Tensor, b: Tensor) => Tensor) => tf.grads(f)([tf.tensor1d([1, 2, 3]), tf.tensor1d([1, 3, 2])]);
  await expect(slopes(tf.maximum)[0]!).toBeAllClose([0.5, 0, 1]);
  await expect(slopes(tf.minimum)[1]!).toBeAllClose([0.5, 0, 1]);
  await expect(tf.grad((x: Tensor) => tf.max(x))(tf.tensor2d([[1, 3], [3, 0]]))).toBeAllClose([[0, 0.5], [0.5, 0]]); // prettier-ignore
});

test("Pow at 0", async () => {
  const slopes = (exponent: number) => tf.grad((x: Tensor) => tf.pow(x, exponent))(tf.tensor1d([0, -2]));
  await expect(slopes(0)).toBeAllClose([0, 0]);
  await expect(slopes(1)).toBeAllClose([1, 1]);
  await expect(slopes(3)).toBeAllClose([0, 12]);
  await expect(tf.grad((y: Tensor) => tf.pow(tf.scalar(0), y))(tf.tensor1d([2]))).toBeAllClose([0]);
});

describe.each([
  ["Max", tf.max],
  ["Min", tf.min],
  ["Prod", tf.prod],
] as const)("%s", (_, f) => {
  test.each([
    [undefined, false],
    [0, true],
    [[0, 2], false],
    [-1, true],
    [[1], false],
  ] as [number | number[] | undefined, boolean][])("over %j", async (axis, keepDims) => {
    // Far apart, so that no move changes their order.
    const values = Float32Array.from({ length: 24 }, (__, i) => 0.5 + ((i * 7) % 24) / 16);
    await checkGradients((x) => f(x!, axis, keepDims), [tf.tensor(values, [2, 3, 4])], {
      step: 2 ** -8,
      rtol: 2e-2,
    });
  });
});

test("Prod with zeros", async () => {
  await expect(tf.grad((x: Tensor) => tf.prod(x))(tf.tensor1d([2, 0, 3]))).toBeAllClose([0, 6, 0]);
  await expect(tf.grad((x: Tensor) => tf.prod(x))(tf.tensor1d([2, 0, 0]))).toBeAllClose([0, 0, 0]);
});

test.skipIf(byWasm)("Prelu, AddN", async () => {
  const random = seeded(5);
  const x = tf.tensor2d([[-2, 1, -1], [0.5, -0.5, 2]]); // prettier-ignore
  await checkGradients((a, b) => tf.prelu(a!, b!), [x, random.normals([3])]);
  await checkGradients((a, b) => tf.addN([a!, b!, a!]), [x, random.normals([2, 3])]);
});

test.each([
  [0, 0],
  [1, 0],
  [-1, 0],
  [1, 1],
  [2, 1],
])("GatherV2 along %i after %i of the batch", async (axis, batchDims) => {
  const indices = tf.tensor2d([[0, 2, 2], [1, 0, 1]], undefined, "int32"); // prettier-ignore
  if (byWasm && batchDims! > 0) return;
  await checkGradients(
    (x) => tf.gather(x!, indices, axis, batchDims),
    [seeded(6).normals(axis === 0 ? [3, 2, 4] : [2, 3, 4])],
  );
});

test("GatherNd, ScatterNd", async () => {
  const places = tf.tensor2d([[0, 1], [1, 2], [0, 1]], undefined, "int32"); // prettier-ignore
  await checkGradients((x) => tf.gatherND(x!, places), [seeded(7).normals([2, 3, 2])]);
  await checkGradients((x) => tf.scatterND(places, x!, [2, 3, 2]), [seeded(7).normals([3, 2])]);
});

test("Reverse, Cumsum, SpaceToBatchND, BatchToSpaceND", async () => {
  const x = seeded(8).normals([2, 3, 2]);
  await checkGradients((a) => tf.reverse(a!, [0, 2]), [x]);
  for (const exclusive of [false, true])
    for (const backwards of [false, true]) await checkGradients((a) => tf.cumsum(a!, 1, exclusive, backwards), [x]);
  const image = seeded(8).normals([1, 3, 4, 2]);
  await checkGradients((a) => tf.spaceToBatchND(a!, [2, 2], [[0, 1], [0, 0]]), [image]); // prettier-ignore
  await checkGradients((a) => tf.batchToSpaceND(a!, [2, 1], [[0, 1], [0, 0]]), [seeded(8).normals([2, 2, 2, 1])]); // prettier-ignore
});

describe.skipIf(byWasm)("windows", () => {
  const loose = { samples: 8, rtol: 1e-2, atol: 2e-3 };
  const image = () => seeded(9).normals([2, 5, 6, 3]) as Tensor4D;

  test.each([
    ["same", 1, 1], ["same", 2, 1], ["valid", 2, 1], ["valid", [2, 3], 1], [1, 2, 1], ["same", 1, 2],
    [[[0, 0], [1, 0], [2, 1], [0, 0]], 1, 1],
  ] as never[])("Conv2D, padding %j, stride %j, dilation %j", async (pad, stride: number, dilation: number) => {
    const filter = seeded(10).normals([3, 2, 3, 4], 0.5);
    await checkGradients((x, f) => tf.conv2d(x as Tensor4D, f as Tensor4D, stride, pad, "NHWC", dilation), [image(), filter], loose);
  }); // prettier-ignore

  test.each([
    ["same", 1, 1],
    ["same", 2, 1],
    ["valid", 2, 1],
    ["same", 1, 2],
  ] as const)("DepthwiseConv2dNative, padding %s, stride %i, dilation %i", async (pad, stride, dilation) => {
    const filter = seeded(11).normals([3, 2, 3, 2], 0.5);
    const f = (x: Tensor, w: Tensor) => tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, stride, pad, "NHWC", dilation);
    await checkGradients((x, w) => f(x!, w!), [image(), filter], loose);
  });

  test.each([
    ["same", 1],
    ["valid", 2],
  ] as const)("Conv2DBackpropInput, padding %s, stride %i", async (pad, stride) => {
    const filter = seeded(12).normals([3, 3, 2, 3], 0.5);
    const shape: [number, number, number, number] = pad === "same" ? [2, 5, 6, 2] : [2, 11, 13, 2];
    const f = (x: Tensor, w: Tensor) => tf.conv2dTranspose(x as Tensor4D, w as Tensor4D, shape, stride, pad);
    await checkGradients((x, w) => f(x!, w!), [image(), filter], loose);
  });

  test.each([
    ["same", 1],
    ["valid", 2],
  ] as const)("AvgPool and MaxPool, padding %s, stride %i", async (pad, stride) => {
    await checkGradients((x) => tf.avgPool(x as Tensor4D, [3, 2], stride, pad), [image()], loose);
    // Far apart, so that no move changes their order.
    const values = Float32Array.from({ length: 180 }, (_, i) => ((i * 77) % 180) / 16);
    await checkGradients(
      (x) => tf.maxPool(x as Tensor4D, [3, 2], stride, pad),
      [tf.tensor(values, [2, 5, 6, 3])],
      loose,
    );
  });

  test.each([
    [7, 4],
    [3, 9],
    [1, 1],
  ])("ResizeBilinear and ResizeNearestNeighbor to %i × %i", async (rows, columns) => {
    for (const [corners, half] of [
      [false, false],
      [true, false],
      [false, true],
    ] as const) {
      // prettier-ignore
      await checkGradients((x) => tf.image.resizeBilinear(x as Tensor3D, [rows, columns], corners, half), [image()], loose);
      await checkGradients(
        (x) => tf.image.resizeNearestNeighbor(x as Tensor3D, [rows, columns], corners, half),
        [image()],
        loose,
      );
    }
  });
});

test("every kernel has a gradient, once, and a test", async () => {
  const all = [...gradientKernels, ...moreGradientKernels];
  expect(new Set(all).size).toBe(all.length);
  for (const name of all) expect(tf.getGradient(name), name).toBeDefined();
  const others = [
    "Max", "Min", "Prod", "Prelu", "AddN", "GatherV2", "GatherNd", "ScatterNd", "Reverse", "Cumsum", "SpaceToBatchND",
    "BatchToSpaceND", "Conv2D", "DepthwiseConv2dNative", "Conv2DBackpropInput", "AvgPool", "MaxPool",
    "ResizeBilinear", "ResizeNearestNeighbor", "ClipByValue",
  ]; // prettier-ignore
  const tested = [...Object.keys(ofOne), ...Object.keys(steps), ...Object.keys(ofTwo), ...others];
  expect(tested.sort()).toEqual([...moreGradientKernels].sort());
});
