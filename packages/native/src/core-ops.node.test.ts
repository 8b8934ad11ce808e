// Core's fused ops that are in no other test here, against their composed definitions, on every instruction set.
import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  getKernel,
  grad,
  grads,
  mul,
  sum,
} from "@tensorflow/tfjs-core";
import { patchify, queryKeyAttention, resize, softmaxCrossEntropy } from "@tessera/core";
import { describe, expect, test } from "vitest";
import { type Given, expectSame, given, isas, useIsa } from "./__fixtures__/both.ts";

/** Rows that sum to anything, zeros among them. */
function shares(seed: number, shape: number[]): Given {
  const { values } = given(seed, shape);
  return { shape, values: values.map((value) => Math.max(0, value)) };
}

describe.each(isas)("%s", (isa) => {
  test.each([1, 3, 15, 16, 17, 31, 33, 196, 197, 577])("cross entropy of %i classes, with its gradient", async (n) => {
    useIsa(isa);
    for (const b of [1, 7, 33]) {
      const parts = [given(n, [b, n], 5), shares(2, [b, n]), given(3, [b])];
      await expectSame((x, p) => softmaxCrossEntropy(x as Tensor2D, p!), parts, { atol: 1e-4 });
      await expectSame((x, p, dy) => grad((y: Tensor) => softmaxCrossEntropy(y as Tensor2D, p!))(x as Tensor2D, dy as Tensor1D), parts); // prettier-ignore
    }
  });

  test("cross entropy of huge logits, infinities and NaN", async () => {
    useIsa(isa);
    const logits = { shape: [5, 19], values: new Float32Array(95).map((_, i) => ((i * 7) % 11) - 5) };
    logits.values.set([1e30, -1e30], 0);
    logits.values[19 + 18] = Number.NEGATIVE_INFINITY;
    logits.values[2 * 19 + 3] = Number.NaN;
    logits.values[3 * 19 + 17] = Number.POSITIVE_INFINITY;
    await expectSame((x, p) => softmaxCrossEntropy(x as Tensor2D, p!), [logits, shares(1, [5, 19])]);
  });

  test.each([1, 3, 16, 17, 33, 197, 577])(
    "attention among %i with packed queries and keys, with its gradient",
    async (n) => {
      useIsa(isa);
      for (const width of n > 100 ? [64] : [5, 24, 64]) {
        const parts = [given(n, [2, n, 4 * width]), given(2, [2, n, 2 * width]), given(3, [2, n, 2 * width])];
        const attend = (...packed: Tensor[]) =>
          queryKeyAttention(packed[0] as Tensor3D, packed[1] as Tensor3D, { heads: 2 });
        await expectSame((qk, v) => attend(qk!, v!), parts, { atol: 1e-4 });
        await expectSame((qk, v, dy) => grads(attend)([qk!, v!], dy as Tensor3D), parts, {
          atol: 1e-3,
          rtol: 1e-4,
        });
      }
    },
  );

  const cuts = [
    [[2, 32, 48, 3], { patchSize: [16, 16] }],
    [[1, 17, 19, 2], { patchSize: [4, 3], stride: [3, 2], padding: [1, 2] }],
    [[2, 12, 12, 3], { patchSize: [7, 7], stride: [4, 4], padding: [3, 3] }],
    [[1, 9, 9, 1], { patchSize: [2, 2], stride: [5, 4] }],
    [[3, 3, 2, 5], { patchSize: [5, 6], padding: [4, 5] }],
  ] as const;
  test.each(cuts)("patches of %j by %j, with their gradient", async (shape, options) => {
    useIsa(isa);
    const cut = (image: Tensor4D) => patchify(image, options);
    await expectSame((image) => cut(image as Tensor4D), [given(1, [...shape])], { atol: 0, rtol: 0 });
    // Weighted by position, so that a value that comes back to another place shows.
    await expectSame(
      (image) => grad((x: Tensor) => sum(mul(cut(x as Tensor4D), cut(mul(x, x) as Tensor4D))))(image as Tensor4D),
      [given(2, [...shape])],
    );
  });

  test("resizing, with its gradient", async () => {
    useIsa(isa);
    for (const method of ["bilinear", "bicubic"] as const) {
      for (const [h, w] of [
        [14, 14],
        [5, 33],
        [1, 1],
      ] as const) {
        const larger = (x: Tensor4D) => resize(x, [h, w], method);
        await expectSame((x) => larger(x as Tensor4D), [given(1, [2, 7, 9, 5])]);
        await expectSame((x) => grad((y: Tensor) => sum(mul(larger(y as Tensor4D), larger(y as Tensor4D))))(x as Tensor4D), [given(2, [2, 7, 9, 5])], { atol: 1e-4 }); // prettier-ignore
      }
    }
  });
});

test("each of core's ops has a kernel", () => {
  const names = [
    "QueryKeyAttention",
    "Resize",
    "Patchify",
    "PatchifyGrad",
    "SoftmaxCrossEntropy",
    "SoftmaxCrossEntropyGrad",
  ];
  for (const name of names) expect(getKernel(`Tessera${name}`, "native"), name).toBeDefined();
});
