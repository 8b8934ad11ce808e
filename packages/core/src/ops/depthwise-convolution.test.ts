import { type Tensor, type Tensor1D, type Tensor4D, concat, grads, ones, slice, zeros } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { convolution } from "./convolution.ts";
import { type DepthwiseConvolutionOptions, depthwiseConvolution } from "./depthwise-convolution.ts";

type Pair = readonly [number, number];

const cases: Record<string, { image: Pair; size: Pair; padding?: number | Pair }> = {
  "3×3 that keeps the grid": { image: [5, 6], size: [3, 3], padding: 1 },
  "3×3 without padding": { image: [4, 3], size: [3, 3] },
  "3×3 on a single pixel": { image: [1, 1], size: [3, 3], padding: 1 },
  "2×5 padded unlike": { image: [3, 4], size: [2, 5], padding: [1, 3] },
};

function inputs(image: Pair, size: Pair): [Tensor4D, Tensor4D, Tensor1D] {
  const random = seeded(size[0] * image[1]);
  const x = random.normals([2, ...image, 3]) as Tensor4D;
  return [x, random.normals([3, 1, ...size]) as Tensor4D, random.normals([3]) as Tensor1D];
}

const depthwise = (options: DepthwiseConvolutionOptions) => (x: Tensor, weight: Tensor, bias?: Tensor) =>
  depthwiseConvolution(x as Tensor4D, weight as Tensor4D, { ...options, bias: bias as Tensor1D | undefined });

describe.each(Object.entries(cases))("%s", (_, { image, size, padding }) => {
  test("is a convolution of each channel by itself", async () => {
    const [x, weight, bias] = inputs(image, size);
    const apart = [0, 1, 2].map((channel) =>
      convolution(slice(x, [0, 0, 0, channel], [-1, -1, -1, 1]), slice(weight, channel, 1), {
        padding,
        bias: slice(bias, channel, 1),
      }),
    );
    await expect(depthwiseConvolution(x, weight, { padding, bias })).toBeAllClose(concat(apart, 3));
  });

  test("gradients of x, weight and bias", async () => {
    await checkGradients(depthwise({ padding }) as never, inputs(image, size), { samples: 12 });
  });
});

test("the activation follows the bias", async () => {
  const [x, weight, bias] = inputs([4, 4], [3, 3]);
  const sums = await depthwiseConvolution(x, weight, { bias }).data();
  const y = depthwiseConvolution(x, weight, { bias, activation: "relu" });
  await expect(y).toBeAllClose({ shape: y.shape, data: Array.from(sums, (value) => Math.max(0, value)) });
  await checkGradients(depthwise({ activation: "silu" }) as never, [x, weight, bias], { samples: 8 });
});

test("calls registered kernels, and those of gradients that are wanted", () => {
  const x = zeros([2, 6, 7, 3]) as Tensor4D;
  const [weight, bias] = [zeros([3, 1, 3, 3]) as Tensor4D, zeros([3]) as Tensor1D];
  const fakes = {
    TesseraDepthwiseConvolution: () => [2, 6, 7, 3],
    TesseraDepthwiseConvolutionGrad: (tensors: Record<string, Tensor>, { wanted }: Record<string, unknown>) =>
      wanted === "bias" ? [3] : tensors[wanted as string]!.shape,
  };
  const { calls } = withFakeKernels(fakes, () => {
    depthwiseConvolution(x, weight, { padding: 1, activation: "gelu" });
    grads((w: Tensor, b: Tensor) => depthwise({ padding: 1 })(x, w, b))([weight, bias], ones([2, 6, 7, 3]));
  });
  const given = { x: [2, 6, 7, 3], weight: [3, 1, 3, 3] };
  const [kernel, padding] = ["TesseraDepthwiseConvolution", [1, 1]];
  const grad = { kernel: `${kernel}Grad`, inputs: { dy: [2, 6, 7, 3], ...given } };
  expect(calls).toEqual([
    { kernel, inputs: given, attrs: { padding, activation: "gelu" } },
    { kernel, inputs: { ...given, bias: [3] }, attrs: { padding, activation: "none" } },
    { ...grad, attrs: { padding, wanted: "weight" } },
    { ...grad, attrs: { padding, wanted: "bias" } },
  ]);
});

test("refuses shapes that do not fit", () => {
  const [x, weight] = [zeros([1, 2, 8, 3]) as Tensor4D, zeros([3, 1, 3, 3]) as Tensor4D];
  expect(() => depthwiseConvolution(x, weight)).toThrow(
    "depthwiseConvolution: expected an image of at least one window of 3×3, got 2×8",
  );
  expect(() => depthwiseConvolution(x, weight, { padding: [0, 3] })).toThrow(
    "depthwiseConvolution: expected a padding below 3×3, got 0×3",
  );
  expect(() => depthwiseConvolution(zeros([1, 4, 4, 2]), weight)).toThrow(
    "depthwiseConvolution: expected shape [b, h, w, 3], got [1, 4, 4, 2]",
  );
  expect(() => depthwiseConvolution(x, zeros([3, 3, 3, 3]))).toThrow(
    "depthwiseConvolution: weight: expected shape [c, 1, rows, columns], got [3, 3, 3, 3]",
  );
  expect(() => depthwiseConvolution(x, weight, { padding: 1, bias: zeros([2]) })).toThrow(
    "depthwiseConvolution: expected bias [3], got [2]",
  );
});

test("leaks nothing", async () => {
  const [x, weight] = inputs([7, 9], [3, 3]);
  await expectNoLeak(() => {
    depthwiseConvolution(x, weight, { padding: 1, activation: "gelu" }).dispose();
    for (const slope of grads(depthwise({ padding: 1 }) as never)([x, weight])) slope.dispose();
  });
});
