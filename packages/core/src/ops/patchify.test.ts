import {
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  add,
  grad,
  matMul,
  reshape,
  tensor,
  tidy,
  transpose,
  zeros,
} from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, onGpu, readGoldens, restore, seeded } from "@tessera/testing";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { type PatchifyOptions, patchGrid, patchify } from "./patchify.ts";

interface Case extends PatchifyOptions {
  image: [number, number];
  channels?: number;
}

const cases: Record<string, Case> = {
  "whole patches": { image: [4, 6], patchSize: [2, 2] },
  "rectangular patches": { image: [6, 8], patchSize: [3, 2] },
  "one patch": { image: [3, 2], patchSize: [3, 2] },
  "patches of one pixel": { image: [2, 3], patchSize: [1, 1], channels: 2 },
  "overlap by half": { image: [6, 8], patchSize: [4, 4], stride: [2, 2] },
  "overlap, sizes without common divisor": { image: [7, 9], patchSize: [3, 4], stride: [2, 3] },
  "gaps between patches": { image: [7, 11], patchSize: [2, 3], stride: [3, 5] },
  "gaps along one axis, overlap along the other": { image: [8, 8], patchSize: [2, 3], stride: [3, 2] },
  padding: { image: [5, 7], patchSize: [3, 3], stride: [2, 2], padding: [1, 1] },
  "padding of Swin's kind": { image: [4, 4], patchSize: [7, 7], stride: [4, 4], padding: [3, 3] },
  "padding along one axis": { image: [4, 5], patchSize: [2, 3], padding: [0, 2] },
  "image not made of whole patches": { image: [5, 7], patchSize: [2, 3] },
  "stride that leaves a border": { image: [9, 10], patchSize: [2, 2], stride: [4, 3] },
  "one channel": { image: [4, 4], patchSize: [2, 2], channels: 1 },
};

// On a GPU every geometry is a new set of shaders: some stand for all.
const standing = new Set([
  "rectangular patches",
  "overlap, sizes without common divisor",
  "gaps along one axis, overlap along the other",
  "padding of Swin's kind",
  "image not made of whole patches",
  "one channel",
]);
const chosen = Object.entries(cases).filter(([name]) => !onGpu() || standing.has(name));

/** The definition: patch (i, j), channel, row, column, one number at a time. */
async function slow(image: Tensor4D, { patchSize, stride = patchSize, padding = [0, 0] }: PatchifyOptions) {
  const [b, h, w, c] = image.shape;
  const pixels = await image.data();
  const [rows, columns] = patchGrid([h, w], { patchSize, stride, padding });
  const data: number[] = [];
  for (let batch = 0; batch < b; batch++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        for (let channel = 0; channel < c; channel++) {
          for (let y = i * stride[0] - padding[0]; y < i * stride[0] - padding[0] + patchSize[0]; y++) {
            for (let x = j * stride[1] - padding[1]; x < j * stride[1] - padding[1] + patchSize[1]; x++) {
              const inside = y >= 0 && y < h && x >= 0 && x < w;
              data.push(inside ? pixels[((batch * h + y) * w + x) * c + channel]! : 0);
            }
          }
        }
      }
    }
  }
  return { shape: [b, rows * columns, c * patchSize[0] * patchSize[1]], data };
}

describe.each(chosen)("%s", (_, { image: [h, w], channels = 3, ...options }) => {
  const draw = () => seeded(h * w).normals([2, h, w, channels]) as Tensor4D;

  test("takes the pixels that the definition takes", async () => {
    await expect(patchify(draw(), options)).toBeAllClose(await slow(draw(), options), { rtol: 0, atol: 0 });
  });

  test("puts gradients back where the pixels came from", async () => {
    // <patchify(x), y> = <x, patchifyᵀ(y)>, once with every entry of its own kind.
    await checkGradients((x) => patchify(x as Tensor4D, options), [draw()], { samples: 10 });
  });
});

test.skipIf(onGpu())("any geometry takes the pixels that the definition takes", async () => {
  const axis = fc.record({
    image: fc.integer({ min: 1, max: 9 }),
    patch: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 6 }),
    padding: fc.integer({ min: 0, max: 2 }),
  });
  const geometry = fc
    .record({ y: axis, x: axis })
    .filter(({ y, x }) => [y, x].every(({ image, patch, padding }) => image + 2 * padding >= patch));
  await fc.assert(
    fc.asyncProperty(geometry, async ({ y, x }) => {
      const options: PatchifyOptions = {
        patchSize: [y.patch, x.patch],
        stride: [y.stride, x.stride],
        padding: [y.padding, x.padding],
      };
      const image = seeded(1).normals([1, y.image, x.image, 2]) as Tensor4D;
      await expect(patchify(image, options)).toBeAllClose(await slow(image, options), { rtol: 0, atol: 0 });
    }),
    { numRuns: 40, seed: 1 },
  );
});

test("patches side by side can be put together again", async () => {
  const image = seeded(1).normals([2, 6, 4, 3]) as Tensor4D;
  const patches = patchify(image, { patchSize: [3, 2] }); // [2, 4, 18]
  const cells = transpose(reshape(patches, [2, 2, 2, 3, 6]), [0, 1, 2, 4, 3]); // [b, gh, gw, p·p, c]
  const rows = reshape(cells, [2 * 2, 2, 3, 2 * 3]); // [b·gh, gw, p, p·c]
  await expect(reshape(transpose(rows, [0, 2, 1, 3]), [2, 6, 4, 3])).toBeAllClose(image, { rtol: 0, atol: 0 });
});

test("with a convolution's weight it is that convolution", async () => {
  const goldens = await readGoldens(new URL("../__fixtures__/layers.safetensors", import.meta.url));
  const stored = (name: string) => restore(goldens.get(`conv_cut/${name}`));
  const weight = reshape(stored("weights/proj.weight"), [4, -1]);
  const convolve = (x: Tensor) => {
    const patches = patchify(x as Tensor4D, { patchSize: [4, 3] });
    return reshape(matMul(reshape(patches, [-1, 36]), weight, false, true), [2, -1, 4]);
  };
  const output = tidy(() => add(convolve(stored("input")), stored("weights/proj.bias")));
  await expect(output).toBeAllClose(goldens.get("conv_cut/output"));
  await expect(grad(convolve)(stored("input"), stored("probe"))).toBeAllClose(goldens.get("conv_cut/dinput"));
});

test("calls a registered kernel, and one for the gradient", () => {
  const image = zeros([1, 4, 6, 3]) as Tensor4D;
  const options = { patchSize: [2, 3], stride: [2, 3], padding: [0, 0] } as const;
  const fakes = { TesseraPatchify: () => [1, 4, 18], TesseraPatchifyGrad: () => [1, 4, 6, 3] };
  const { calls } = withFakeKernels(fakes, () =>
    grad((x: Tensor) => patchify(x as Tensor4D, { patchSize: [2, 3] }))(image),
  );
  expect(calls).toEqual([
    { kernel: "TesseraPatchify", inputs: { image: [1, 4, 6, 3] }, attrs: options },
    { kernel: "TesseraPatchifyGrad", inputs: { dy: [1, 4, 18] }, attrs: { imageSize: [4, 6], ...options } },
  ]);
});

test("counts patches as a convolution does", () => {
  expect(patchGrid([224, 224], { patchSize: [16, 16] })).toEqual([14, 14]);
  expect(patchGrid([56, 57], { patchSize: [7, 7], stride: [4, 4], padding: [3, 3] })).toEqual([14, 15]);
});

test("refuses images smaller than a patch, and other ranks", () => {
  const options = { patchSize: [4, 4] } as const;
  expect(() => patchify(zeros([1, 3, 8, 3]) as Tensor4D, options)).toThrow(
    "patchify: expected an image of at least one patch of 4×4, got 3×8",
  );
  expect(() => patchify(zeros([8, 8, 3]) as unknown as Tensor4D, options)).toThrow(
    "patchify: expected shape [b, h, w, c]",
  );
});

test("leaks nothing", async () => {
  const image = tensor(new Float32Array(2 * 7 * 9 * 3), [2, 7, 9, 3]) as Tensor4D;
  const options: PatchifyOptions = { patchSize: [3, 4], stride: [2, 3], padding: [1, 0] };
  await expectNoLeak(() => {
    patchify(image, options).dispose();
    grad((x: Tensor) => patchify(x as Tensor4D, options) as Tensor3D)(image).dispose();
  });
});
