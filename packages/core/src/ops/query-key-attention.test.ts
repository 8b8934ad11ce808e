import { type Tensor, type Tensor3D, concat, grads, ones, zeros } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { documented, withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { attention } from "./attention.ts";
import { queryKeyAttention, unpackQueryKey } from "./query-key-attention.ts";

const f = (...[qk, v]: Tensor[]) => queryKeyAttention(qk as Tensor3D, v as Tensor3D, { heads: 2 });

describe.each([
  { b: 1, n: 1, heads: 1, d: 2 },
  { b: 2, n: 3, heads: 2, d: 1 },
  { b: 1, n: 5, heads: 3, d: 6 },
])("b $b, n $n, $heads heads of $d", ({ b, n, heads, d }) => {
  const qk = () => seeded(n).normals([b, n, 2 * heads * d]) as Tensor3D;
  const v = () => seeded(n + 1).normals([b, n, heads * d]) as Tensor3D;

  test("is attention of its parts, in the order q, k", async () => {
    const packed = qk();
    const [q, k] = unpackQueryKey(packed);
    await expect(concat([q, k], -1)).toBeAllClose(packed);
    for (const scale of [undefined, 0.3]) {
      const expected = attention(q, k, v(), { heads, scale });
      await expect(queryKeyAttention(packed, v(), { heads, scale })).toBeAllClose(expected);
    }
  });

  test("gradients of both", async () => {
    const of = (...[x, y]: Tensor[]) => queryKeyAttention(x as Tensor3D, y as Tensor3D, { heads, scale: 0.4 });
    await checkGradients(of, [qk(), v()], { samples: 16 });
  });
});

test("calls a registered kernel with the packed rows, and attention's for the gradient", () => {
  const given = [zeros([2, 3, 16]), zeros([2, 3, 8])];
  const { calls } = withFakeKernels(documented, () => grads(f)(given, ones([2, 3, 8])));
  const attrs = { heads: 2, scale: 0.5 };
  const part = [2, 3, 8];
  expect(calls).toEqual([
    { kernel: "TesseraQueryKeyAttention", inputs: { qk: [2, 3, 16], v: part }, attrs },
    { kernel: "TesseraAttentionGrad", inputs: { dy: part, q: part, k: part, v: part }, attrs },
  ]);
});

test("without a kernel for packed rows, attention's serves", () => {
  const { TesseraAttention } = documented;
  const { calls } = withFakeKernels({ TesseraAttention: TesseraAttention! }, () =>
    f(zeros([1, 3, 12]), zeros([1, 3, 6])),
  );
  expect(calls.map(({ kernel }) => kernel)).toEqual(["TesseraAttention"]);
});

test("refuses shapes that do not fit", () => {
  expect(() => f(zeros([1, 2, 10]), zeros([1, 2, 5]))).toThrow(
    "queryKeyAttention: expected a width divisible by 2 · 2 heads, got 10",
  );
  expect(() => f(zeros([1, 2, 8]), zeros([1, 2, 8]))).toThrow(
    "queryKeyAttention v: expected shape [1, 2, 4], got [1, 2, 8]",
  );
});

test("leaks nothing", async () => {
  const [qk, v] = [seeded(1).normals([1, 3, 8]), seeded(2).normals([1, 3, 4])];
  await expectNoLeak(() => {
    f(qk, v).dispose();
    for (const slope of grads(f)([qk, v])) slope.dispose();
  });
});
