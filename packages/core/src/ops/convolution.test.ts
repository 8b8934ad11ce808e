import { type Tensor, type Tensor1D, type Tensor4D, grads, ones, tensor, zeros } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, onGpu, seeded } from "@tessera/testing";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { type ConvolutionOptions, convolution, convolutionGrid } from "./convolution.ts";

type Pair = readonly [number, number];

interface Case extends Omit<ConvolutionOptions, "bias" | "activation"> {
  image: Pair;
  size: Pair;
  channels?: Pair;
}

const cases: Record<string, Case> = {
  "3×3": { image: [5, 6], size: [3, 3], padding: 1 },
  "3×3 in steps of two": { image: [6, 7], size: [3, 3], padding: 1, stride: 2 },
  "7×7 in steps of two, a ResNet's first": { image: [9, 12], size: [7, 7], padding: 3, stride: 2 },
  "a pixel": { image: [3, 4], size: [1, 1] },
  "a pixel in steps of two": { image: [5, 4], size: [1, 1], stride: 2 },
  "2×2 without padding": { image: [4, 5], size: [2, 2] },
  "3×3 dilated": { image: [7, 6], size: [3, 3], padding: 2, dilation: 2 },
  "dilated, in other steps": { image: [11, 10], size: [2, 3], padding: [1, 2], dilation: [3, 2], stride: [2, 3] },
  "steps longer than windows": { image: [8, 9], size: [2, 2], stride: [3, 4] },
  "more padding than windows reach": { image: [3, 3], size: [2, 2], padding: 3 },
  "many channels": { image: [4, 3], size: [3, 3], padding: 1, channels: [19, 33] },
};

// On a GPU every geometry is a new set of shaders, whose own tests patchify.test.ts has: some stand for all.
const standing = new Set([
  "3×3 in steps of two",
  "a pixel in steps of two",
  "dilated, in other steps",
  "many channels",
]);
const chosen = Object.entries(cases).filter(([name]) => !onGpu() || standing.has(name));

const both = (value: number | Pair | undefined, otherwise: number): Pair =>
  typeof value === "object" ? value : [value ?? otherwise, value ?? otherwise];

/** The definition, in float64. */
async function slow(x: Tensor4D, weight: Tensor4D, bias: Tensor1D, options: ConvolutionOptions) {
  const [b, h, w, c] = x.shape;
  const [out, , rows, columns] = weight.shape;
  const [xs, ws, bs] = [await x.data(), await weight.data(), await bias.data()];
  const [stride, padding, dilation] = [both(options.stride, 1), both(options.padding, 0), both(options.dilation, 1)];
  const grid = convolutionGrid([h, w], [rows, columns], options);
  const data: number[] = [];
  for (let at = 0; at < b * grid[0] * grid[1] * out; at++) {
    const [o, j, i] = [at % out, Math.floor(at / out) % grid[1], Math.floor(at / out / grid[1]) % grid[0]];
    const batch = Math.floor(at / out / grid[1] / grid[0]);
    let total = bs[o]!;
    for (let tap = 0; tap < rows * columns; tap++) {
      const [dy, dx] = [Math.floor(tap / columns), tap % columns];
      const [row, column] = [
        i * stride[0] + dy * dilation[0] - padding[0],
        j * stride[1] + dx * dilation[1] - padding[1],
      ];
      if (row < 0 || row >= h || column < 0 || column >= w) continue;
      for (let k = 0; k < c; k++)
        total += xs[((batch * h + row) * w + column) * c + k]! * ws[(o * c + k) * rows * columns + tap]!;
    }
    data.push(total);
  }
  return { shape: [b, ...grid, out], data };
}

function inputs({ image, size, channels: [ins, outs] = [3, 4] }: Case): [Tensor4D, Tensor4D, Tensor1D] {
  const random = seeded(size[0] * image[1]);
  const x = random.normals([2, ...image, ins]) as Tensor4D;
  return [x, random.normals([outs, ins, ...size]) as Tensor4D, random.normals([outs]) as Tensor1D];
}

const convolve = (options: ConvolutionOptions) => (x: Tensor, weight: Tensor, bias?: Tensor) =>
  convolution(x as Tensor4D, weight as Tensor4D, { ...options, bias: bias as Tensor1D | undefined });

describe.each(chosen)("%s", (_, given) => {
  const { image: _image, size: _size, channels: _channels, ...options } = given;

  test("sums what the definition sums", async () => {
    const [x, weight, bias] = inputs(given);
    await expect(convolution(x, weight, { ...options, bias })).toBeAllClose(await slow(x, weight, bias, options));
  });

  test("gradients of x, weight and bias", async () => {
    await checkGradients(convolve(options) as never, inputs(given), { samples: 12 });
  });
});

test.skipIf(onGpu())("any geometry sums what the definition sums", async () => {
  const axis = fc
    .record({
      image: fc.integer({ min: 1, max: 9 }),
      size: fc.integer({ min: 1, max: 4 }),
      stride: fc.integer({ min: 1, max: 4 }),
      padding: fc.integer({ min: 0, max: 3 }),
      dilation: fc.integer({ min: 1, max: 3 }),
    })
    .filter(({ image, size, padding, dilation }) => image + 2 * padding > (size - 1) * dilation);
  await fc.assert(
    fc.asyncProperty(fc.record({ y: axis, x: axis }), async ({ y, x }) => {
      const of = (name: keyof typeof y): Pair => [y[name], x[name]];
      const options = { stride: of("stride"), padding: of("padding"), dilation: of("dilation") };
      const [image, weight, bias] = inputs({ image: of("image"), size: of("size"), channels: [2, 3] });
      await expect(convolution(image, weight, { ...options, bias })).toBeAllClose(
        await slow(image, weight, bias, options),
      );
      // <conv(x), y> is linear in x and in the weight: the slopes of its square along both are twice the value.
      const [dx, dweight] = grads(convolve(options) as never)([image, weight], convolution(image, weight, options));
      const [square, alongX, alongWeight] = await Promise.all([
        inner(convolution(image, weight, options), convolution(image, weight, options)),
        inner(image, dx!),
        inner(weight, dweight!),
      ]);
      for (const along of [alongX, alongWeight]) expect(Math.abs(along - square)).toBeLessThan(1e-4 * (1 + square));
    }),
    { numRuns: 40, seed: 1 },
  );
});

async function inner(a: Tensor, b: Tensor): Promise<number> {
  const [as, bs] = [await a.data(), await b.data()];
  return Array.from(as, (value, i) => value * bs[i]!).reduce((total, product) => total + product, 0);
}

test("the activation follows the bias", async () => {
  const [x, weight, bias] = inputs({ image: [4, 4], size: [3, 3] });
  const { shape, data } = await slow(x, weight, bias, {});
  const y = convolution(x, weight, { bias, activation: "relu" });
  await expect(y).toBeAllClose({ shape, data: data.map((value) => Math.max(0, value)) });
  const activated = (...[a, b, c]: Tensor[]) =>
    convolution(a as Tensor4D, b as Tensor4D, { bias: c as Tensor1D, activation: "silu" });
  await checkGradients(activated, [x, weight, bias], { samples: 8 });
});

test("calls registered kernels, and those of gradients that are wanted", () => {
  const x = zeros([2, 6, 7, 3]) as Tensor4D;
  const [weight, bias] = [zeros([4, 3, 3, 2]) as Tensor4D, zeros([4]) as Tensor1D];
  const fakes = {
    TesseraConvolution: () => [2, 3, 7, 4],
    TesseraConvolutionGrad: (tensors: Record<string, Tensor>, { wanted }: Record<string, unknown>) =>
      wanted === "bias" ? [4] : tensors[wanted as string]!.shape,
  };
  const options = { stride: [2, 1], padding: [1, 1], dilation: [1, 2] } as const;
  const { calls } = withFakeKernels(fakes, () => {
    convolution(x, weight, { ...options, activation: "gelu" });
    grads((w: Tensor, b: Tensor) => convolve(options)(x, w, b))([weight, bias], ones([2, 3, 7, 4]));
  });
  const given = { x: [2, 6, 7, 3], weight: [4, 3, 3, 2] };
  const attrs = { stride: [2, 1], padding: [1, 1], dilation: [1, 2] };
  const grad = { kernel: "TesseraConvolutionGrad", inputs: { dy: [2, 3, 7, 4], ...given } };
  expect(calls).toEqual([
    { kernel: "TesseraConvolution", inputs: given, attrs: { ...attrs, activation: "gelu" } },
    { kernel: "TesseraConvolution", inputs: { ...given, bias: [4] }, attrs: { ...attrs, activation: "none" } },
    { ...grad, attrs: { ...attrs, wanted: "weight" } },
    { ...grad, attrs: { ...attrs, wanted: "bias" } },
  ]);
});

test("refuses shapes that do not fit", () => {
  const [x, weight] = [zeros([1, 3, 8, 3]) as Tensor4D, zeros([5, 3, 4, 4]) as Tensor4D];
  expect(() => convolution(x, weight)).toThrow("convolution: expected an image of at least one window of 4×4, got 3×8");
  expect(() => convolution(zeros([1, 4, 4, 2]), weight)).toThrow("convolution: expected shape [b, h, w, 3]");
  expect(() => convolution(x, zeros([5, 3, 4]) as never)).toThrow(
    "convolution: weight: expected shape [out, in, rows, columns]",
  );
  expect(() => convolution(x, weight, { padding: 1, bias: zeros([3]) })).toThrow(
    "convolution: expected bias [5], got [3]",
  );
});

test("leaks nothing", async () => {
  const x = tensor(new Float32Array(2 * 7 * 9 * 3), [2, 7, 9, 3]) as Tensor4D;
  const weight = ones([4, 3, 3, 3]) as Tensor4D;
  await expectNoLeak(() => {
    convolution(x, weight, { padding: 1, activation: "relu" }).dispose();
    for (const slope of grads(convolve({ dilation: 2, stride: 2 }) as never)([x, weight])) slope.dispose();
  });
});
