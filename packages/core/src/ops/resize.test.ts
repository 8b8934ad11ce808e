import { type Tensor, type Tensor4D, grad, reshape, slice, tensor, zeros } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { type ResizeMethod, resizeMatrix } from "./resize-matrix.ts";
import { resize } from "./resize.ts";

const methods: ResizeMethod[] = [
  "bilinear_align_corners",
  "bilinear",
  "bilinear_antialias",
  "bicubic",
  "bicubic_antialias",
  "bicubic_dino",
];

describe.each(methods)("%s", (method) => {
  test("rows and columns are resized by their matrices, summed in float64", async () => {
    const [b, h, w, c] = [2, 3, 5, 2];
    const [height, width] = [5, 4];
    const x = seeded(1).normals([b, h, w, c]) as Tensor4D;
    const data = await x.data();
    const [rows, columns] = [resizeMatrix(method, h, height), resizeMatrix(method, w, width)];
    const expected = Array.from({ length: b * height * width * c }, (_, at) => {
      const [channel, column, row, batch] = [
        at % c,
        Math.floor(at / c) % width,
        Math.floor(at / c / width) % height,
        Math.floor(at / c / width / height),
      ];
      let sum = 0;
      for (let i = 0; i < h; i++) {
        for (let j = 0; j < w; j++) {
          sum += rows[row * h + i]! * columns[column * w + j]! * data[((batch * h + i) * w + j) * c + channel]!;
        }
      }
      return sum;
    });
    await expect(resize(x, [height, width], method)).toBeAllClose({ shape: [b, height, width, c], data: expected });
  });

  test("has the transposed matrices for gradient", async () => {
    await checkGradients((x) => resize(x as Tensor4D, [5, 2], method), [seeded(1).normals([2, 3, 4, 2])], {
      samples: 16,
    });
  });

  test("a picture of a batch does not see the others", async () => {
    const x = seeded(2).normals([2, 3, 4, 2]) as Tensor4D;
    const first = resize(slice(x, [0, 0, 0, 0], [1, -1, -1, -1]), [4, 3], method);
    await expect(slice(resize(x, [4, 3], method), [0, 0, 0, 0], [1, -1, -1, -1])).toBeAllClose(first);
  });
});

test.each(methods.filter((method) => method !== "bicubic_dino"))(
  "%s to its own size changes nothing",
  async (method) => {
    const x = seeded(3).normals([1, 4, 3, 2]) as Tensor4D;
    await expect(resize(x, [4, 3], method)).toBeAllClose(x);
  },
);

test("a row vector grows along one axis only", async () => {
  const x = tensor([0, 1, 4, 9], [1, 1, 4, 1]) as Tensor4D;
  await expect(reshape(resize(x, [1, 6], "bilinear"), [6])).toBeAllClose([0, 0.5, 1.5, 3.5, 6.5, 9]);
});

test("calls a registered kernel; the gradient stays composed", () => {
  const x = zeros([1, 2, 3, 4]) as Tensor4D;
  const { calls } = withFakeKernels({ TesseraResize: () => [1, 5, 6, 4] }, () =>
    grad((z: Tensor) => resize(z as Tensor4D, [5, 6], "bicubic"))(x),
  );
  const matrices = expect.any(Function) as () => [Float32Array, Float32Array];
  expect(calls).toEqual([
    { kernel: "TesseraResize", inputs: { x: [1, 2, 3, 4] }, attrs: { method: "bicubic", size: [5, 6], matrices } },
  ]);
  const given = (calls[0]!.attrs as unknown as { matrices: typeof matrices }).matrices();
  expect(given).toEqual([resizeMatrix("bicubic", 2, 5), resizeMatrix("bicubic", 3, 6)]);
});

test("refuses other ranks", () => {
  expect(() => resize(zeros([2, 3, 4]) as unknown as Tensor4D, [1, 1], "bilinear")).toThrow(
    "resize: expected shape [b, h, w, c]",
  );
});

test("leaks nothing", async () => {
  const x = zeros([1, 2, 3, 4]) as Tensor4D;
  await expectNoLeak(() => {
    resize(x, [4, 5], "bicubic_antialias").dispose();
    grad((z: Tensor) => resize(z as Tensor4D, [4, 5], "bicubic_antialias"))(x).dispose();
  });
});
