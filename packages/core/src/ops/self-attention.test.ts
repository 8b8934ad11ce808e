import { type Tensor, type Tensor3D, concat, grads, ones, zeros } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { documented, withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { attention } from "./attention.ts";
import { selfAttention, unpackQkv } from "./self-attention.ts";

describe.each([
  { b: 1, n: 1, heads: 1, d: 2 },
  { b: 2, n: 3, heads: 2, d: 1 },
  { b: 1, n: 5, heads: 3, d: 2 },
])("b $b, n $n, $heads heads of $d", ({ b, n, heads, d }) => {
  const draw = () => seeded(n).normals([b, n, 3 * heads * d]) as Tensor3D;

  test("is attention of its three parts, in the order q, k, v", async () => {
    const qkv = draw();
    const [q, k, v] = unpackQkv(qkv);
    await expect(concat([q, k, v], -1)).toBeAllClose(qkv);
    const bias = seeded(1).normals([heads, n, n]) as Tensor3D;
    await expect(selfAttention(qkv, { heads, bias })).toBeAllClose(attention(q, k, v, { heads, bias }));
  });

  test("gradients, with and without bias, masked and not", async () => {
    const bias = seeded(2).normals([1, n, n]);
    const mask = ones([1, 1, n]) as Tensor3D;
    await checkGradients((x) => selfAttention(x as Tensor3D, { heads }), [draw()], { samples: 16 });
    const f = (...[x, w]: Tensor[]) => selfAttention(x as Tensor3D, { heads, bias: w as Tensor3D, mask, scale: 0.4 });
    await checkGradients(f, [draw(), bias], { samples: 16 });
  });
});

test("calls a registered kernel with the packed rows, and one for the gradient", () => {
  const qkv = seeded(1).normals([2, 3, 24]) as Tensor3D;
  const bias = zeros([1, 3, 3]) as Tensor3D;
  const mask = ones([2, 3, 3]) as Tensor3D;
  const f = (...[x, w]: Tensor[]) => selfAttention(x as Tensor3D, { heads: 2, bias: w as Tensor3D, mask });
  const { calls } = withFakeKernels(documented, () => grads(f)([qkv, bias], ones([2, 3, 8])));
  const inputs = { qkv: [2, 3, 24], bias: [1, 3, 3], mask: [2, 3, 3] };
  const attrs = { heads: 2, scale: 0.5 };
  expect(calls).toEqual([
    { kernel: "TesseraSelfAttention", inputs, attrs },
    { kernel: "TesseraSelfAttentionGrad", inputs: { dy: [2, 3, 8], ...inputs }, attrs },
  ]);
});

test("without a kernel for the packed gradient, the unpacked one serves", () => {
  const { TesseraAttentionGrad, TesseraSelfAttention } = documented;
  const qkv = seeded(1).normals([1, 3, 12]) as Tensor3D;
  const fakes = { TesseraAttentionGrad: TesseraAttentionGrad!, TesseraSelfAttention: TesseraSelfAttention! };
  const { calls } = withFakeKernels(fakes, () =>
    grads((x: Tensor) => selfAttention(x as Tensor3D, { heads: 2 }))([qkv], ones([1, 3, 4])),
  );
  expect(calls.map(({ kernel }) => kernel)).toEqual(["TesseraSelfAttention", "TesseraAttentionGrad"]);
});

test("refuses shapes that do not fit", () => {
  const qkv = zeros([1, 2, 12]) as Tensor3D;
  expect(() => selfAttention(qkv, { heads: 3 })).toThrow(
    "selfAttention: expected a width divisible by 3 · 3 heads, got 12",
  );
  expect(() => selfAttention(qkv, { heads: 2, bias: zeros([2, 2, 3]) as Tensor3D })).toThrow(
    "selfAttention bias: expected shape [2, 2, 2], got [2, 2, 3]",
  );
  expect(() => selfAttention(qkv, { heads: 2, mask: zeros([1, 1, 3]) as Tensor3D })).toThrow(
    "selfAttention mask: expected shape [1, 1, 2], got [1, 1, 3]",
  );
});

test("leaks nothing", async () => {
  const qkv = seeded(1).normals([1, 3, 12]) as Tensor3D;
  await expectNoLeak(() => {
    selfAttention(qkv, { heads: 2 }).dispose();
    for (const slope of grads((x: Tensor) => selfAttention(x as Tensor3D, { heads: 2 }))([qkv])) slope.dispose();
  });
});
