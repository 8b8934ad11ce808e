import {
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  dispose,
  engine,
  getKernel,
  grads,
  sum,
  tensor,
  tidy,
} from "@tensorflow/tfjs-core";
import {
  type Activation,
  activate,
  attention,
  layerNorm,
  linear,
  patchify,
  selfAttention,
  softmaxCrossEntropy,
} from "@tessera/core";
import { composed, expectNoLeak, seeded } from "@tessera/testing";
import { afterEach, describe, expect, test } from "vitest";
import type { TensorFlowBackend } from "./library.ts";
import { setPrecision } from "./precision.ts";

const backend = engine().backend as unknown as TensorFlowBackend;
const random = (seed: number, shape: number[]): Tensor => seeded(seed).normals(shape);

afterEach(() => setPrecision(backend, "f32"));

async function expectComposed(op: () => Tensor, tolerance = { rtol: 1e-5, atol: 5e-6 }): Promise<void> {
  const [got, expected] = [tidy(op), composed(() => tidy(op))];
  await expect(got).toBeAllClose(expected, tolerance);
  dispose([got, expected]);
}

describe.each(["none", "gelu", "gelu_tanh", "quick_gelu", "relu", "silu"] satisfies Activation[])(
  "%s",
  (activation) => {
    test("equals the composed definition", () => expectComposed(() => activate(random(1, [3, 50]), activation)));

    test.each([[[7, 6]], [[2, 3, 6]], [[2, 1, 3, 6]], [[1, 6]]])("after a product of %j", (shape) =>
      expectComposed(() =>
        linear(random(1, shape), random(2, [5, 6]) as Tensor2D, {
          activation,
          bias: random(3, [5]) as Tensor1D,
          scale: random(4, [5]) as Tensor1D,
          residual: random(5, [...shape.slice(0, -1), 5]),
        }),
      ),
    );
  },
);

test("a product alone", () => expectComposed(() => linear(random(1, [4, 6]), random(2, [5, 6]) as Tensor2D)));

test.each([[[3, 8]], [[2, 3, 8]], [[2, 2, 3, 33]]])("layer norm of %j", (shape) => {
  const d = shape.at(-1)!;
  return expectComposed(() =>
    layerNorm(random(1, shape), random(2, [d]) as Tensor1D, random(3, [d]) as Tensor1D, 1e-6),
  );
});

describe("attention", () => {
  const bits = (shape: number[]) => {
    const { uniform } = seeded(9);
    const size = shape.reduce((a, b) => a * b, 1);
    return Float32Array.from({ length: size }, (_, i) => (i < shape[2]! ? 0 : Number(uniform() > 0.33)));
  };
  const masks = ["none", "float32", "int32", "bool"] as const;

  test.each(masks.flatMap((dtype) => [0, 1, 3].map((planes) => [dtype, planes] as const)))(
    "with a mask of %s and %i planes of bias",
    async (dtype, planes) => {
      const [b, n, m] = [2, 4, 5];
      const shape: [number, number, number] = [b, n, m];
      const mask = dtype === "none" ? undefined : (tensor(bits(shape), shape, dtype) as Tensor3D);
      const bias = planes ? (random(5, [planes, n, m]) as Tensor3D) : undefined;
      const [q, k, v] = [random(1, [b, n, 12]), random(2, [b, m, 12]), random(3, [b, m, 12])] as Tensor3D[];
      await expectComposed(() => attention(q!, k!, v!, { heads: 3, bias, mask }));
    },
  );

  test.each([
    [1, 1],
    [1, 4],
    [2, 1],
  ])("of a sequence to itself, a mask for %i samples and %i queries", async (samples, queries) => {
    const mask = tensor(bits([samples, queries, 4]), [samples, queries, 4], "int32") as Tensor3D;
    const bias = random(2, [1, 4, 4]) as Tensor3D;
    await expectComposed(() => selfAttention(random(1, [2, 4, 18]) as Tensor3D, { heads: 2, scale: 0.3, bias, mask }));
  });
});

test.each([
  [
    [4, 4],
    [4, 4],
    [0, 0],
  ],
  [
    [3, 5],
    [3, 5],
    [0, 0],
  ],
  [
    [7, 7],
    [4, 4],
    [2, 2],
  ],
  [
    [3, 2],
    [1, 3],
    [1, 0],
  ],
] as [number, number][][])("patches of %j every %j pixels, %j around", (patchSize, stride, padding) =>
  expectComposed(() => patchify(random(1, [2, 8, 12, 3]) as Tensor4D, { patchSize: patchSize!, stride, padding })),
);

test("cross entropy, also of targets that do not sum to 1", () =>
  expectComposed(() => softmaxCrossEntropy(random(1, [3, 7]) as Tensor2D, random(2, [3, 7]))));

test("every op but resize has a kernel", () => {
  const ops = ["Linear", "Activation", "LayerNorm", "Attention", "SelfAttention", "Patchify", "SoftmaxCrossEntropy"];
  for (const op of ops) expect(getKernel(`Tessera${op}`, "tensorflow"), op).toBeDefined();
});

describe("gradients", () => {
  test.each([
    [
      "linear",
      [
        [2, 3, 6],
        [5, 6],
      ],
      (x: Tensor, w: Tensor) => linear(x, w as Tensor2D, { activation: "gelu" }),
    ],
    ["layer norm", [[2, 3, 6], [6], [6]], (x: Tensor, g: Tensor, b: Tensor) => layerNorm(x, g as Tensor1D, b as Tensor1D, 1e-5)], // prettier-ignore
    ["self-attention", [[2, 3, 18]], (x: Tensor) => selfAttention(x as Tensor3D, { heads: 2 })],
  ] as [string, number[][], (...inputs: Tensor[]) => Tensor][])(
    "of %s are the composed definition's",
    async (_, shapes, op) => {
      const inputs = shapes.map((shape, i) => random(i + 1, shape));
      const run = () => grads((...given: Tensor[]) => sum(op(...given)) as Scalar)(inputs);
      const [got, expected] = [run(), composed(run)];
      for (const [i, value] of got.entries())
        await expect(value).toBeAllClose(expected[i]!, { rtol: 1e-4, atol: 1e-5 });
    },
  );
});

describe.each([
  ["bf16", 2 ** -8],
  ["f16", 2 ** -11],
] as const)("%s", (precision, epsilon) => {
  test("rounds the factors of products and nothing else", async () => {
    const [x, weight] = [random(1, [16, 64]), random(2, [8, 64]) as Tensor2D];
    const exact = (await linear(x, weight).data()) as Float32Array;
    setPrecision(backend, precision);
    const got = (await linear(x, weight).data()) as Float32Array;
    const largest = Math.max(...exact.map(Math.abs));
    const differences = got.map((value, i) => Math.abs(value - exact[i]!));
    expect(Math.max(...differences)).toBeLessThan(2 * epsilon * largest);
    expect(Math.max(...differences)).toBeGreaterThan(epsilon * 1e-3 * largest);
    // A bias that neither format holds arrives whole.
    const bias = tensor([1000 + 3 / 1024]) as Tensor1D;
    const shifted = linear(tensor([[0]]), tensor([[1]]) as Tensor2D, { bias });
    await expect(shifted).toBeAllClose([[1000 + 3 / 1024]], { rtol: 1e-7, atol: 0 });
  });

  test("attends as f32 does", async () => {
    const qkv = random(1, [2, 9, 3 * 32]) as Tensor3D;
    const exact = selfAttention(qkv, { heads: 2 });
    setPrecision(backend, precision);
    await expect(selfAttention(qkv, { heads: 2 })).toBeAllClose(exact, { rtol: 0, atol: 20 * epsilon });
  });

  test("keeps one rounded weight, as long as the weight", async () => {
    setPrecision(backend, precision);
    const [x, weight] = [random(1, [2, 6]), random(2, [5, 6]) as Tensor2D];
    linear(x, weight).dispose();
    const before = backend.binding.getNumOfTensors();
    linear(x, weight).dispose();
    expect(backend.binding.getNumOfTensors()).toBe(before);
    weight.dispose();
    expect(backend.binding.getNumOfTensors()).toBe(before - 2);
  });
});

test("nothing is left in tfjs or in TensorFlow", async () => {
  const x = random(1, [2, 4, 18]) as Tensor3D;
  const [weight, vector, image] = [
    random(2, [18, 18]) as Tensor2D,
    random(3, [18]) as Tensor1D,
    random(4, [1, 8, 8, 3]),
  ];
  const work = () => {
    linear(x, weight, { activation: "gelu", bias: vector, scale: vector, residual: x }).dispose();
    layerNorm(x, vector, vector, 1e-5).dispose();
    selfAttention(x, { heads: 3 }).dispose();
    attention(x, x, x, { heads: 3 }).dispose();
    patchify(image as Tensor4D, { patchSize: [4, 4] }).dispose();
    patchify(image as Tensor4D, { patchSize: [4, 4], stride: [2, 2] }).dispose();
  };
  work();
  const before = backend.binding.getNumOfTensors();
  await expectNoLeak(work);
  expect(backend.binding.getNumOfTensors()).toBe(before);
});

test("an op that TensorFlow refuses leaves nothing behind either", () => {
  const [x, weight] = [random(1, [2, 6]), random(2, [5, 6]) as Tensor2D];
  linear(x, weight).dispose();
  const before = backend.binding.getNumOfTensors();
  const kernel = getKernel("TesseraLinear", "tensorflow")!;
  const bias = random(3, [4]);
  const call = () => kernel.kernelFunc({ inputs: { x, weight, bias }, attrs: { activation: "none" }, backend });
  expect(call).toThrow(/Incompatible shapes/);
  expect(backend.binding.getNumOfTensors()).toBe(before + 1);
});
