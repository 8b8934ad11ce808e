import {
  type Tensor,
  type Tensor3D,
  grads,
  mul,
  ones,
  slice,
  sum,
  tensor,
  tensor3d,
  tidy,
  transpose,
  reshape,
  zeros,
} from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, onGpu, readGoldens, restore, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { documented, withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { attention, attentionWeights, joinHeads, splitHeads } from "./attention.ts";

const goldens = await readGoldens(new URL("../__fixtures__/ops.safetensors", import.meta.url));

/** PyTorch's [b, h, n, d] as our [b, n, h·d]. */
function packed(name: string): Tensor3D {
  return joinHeads(restore(goldens.get(name)));
}

describe("is torch's scaled_dot_product_attention", () => {
  const [q, k, v, probe] = ["attn/q", "attn/k", "attn/v", "attn/probe"].map(packed) as [
    Tensor3D,
    Tensor3D,
    Tensor3D,
    Tensor3D,
  ];
  const bias = restore(goldens.get("attn/bias")) as Tensor3D;

  test("values", async () => {
    await expect(attention(q, k, v, { heads: 3, bias })).toBeAllClose(packed("attn/out"));
  });

  test("gradients", async () => {
    const f = (...[a, b, c]: Tensor[]) => attention(a as Tensor3D, b as Tensor3D, c as Tensor3D, { heads: 3, bias });
    const [dq, dk, dv] = grads(f)([q, k, v], probe);
    await expect(dq!).toBeAllClose(packed("attn/dq"));
    await expect(dk!).toBeAllClose(packed("attn/dk"));
    await expect(dv!).toBeAllClose(packed("attn/dv"));
  });
});

interface Sizes {
  b: number;
  n: number;
  m: number;
  heads: number;
  d: number;
}

const grid: Sizes[] = [
  { b: 1, n: 1, m: 1, heads: 1, d: 1 },
  { b: 2, n: 3, m: 5, heads: 1, d: 4 },
  { b: 1, n: 5, m: 2, heads: 3, d: 2 },
  { b: 3, n: 2, m: 3, heads: 2, d: 1 },
];

function inputs({ b, n, m, heads, d }: Sizes): { q: Tensor3D; k: Tensor3D; v: Tensor3D } {
  const random = seeded(n + 10 * m);
  const draw = (count: number) => random.normals([b, count, heads * d]) as Tensor3D;
  return { q: draw(n), k: draw(m), v: draw(m) };
}

// On a GPU every size is a new set of shaders: those whose heads are vectors stand for all.
describe.each(grid.filter(({ d }) => !onGpu() || d > 1))("b $b, n $n, m $m, $heads heads of $d", (size) => {
  const { b, n, m, heads } = size;

  test.each(["no bias", "one bias for all heads", "a bias a head"])(
    "gradients of every input, with %s",
    async (kind) => {
      const { q, k, v } = inputs(size);
      if (kind === "no bias") {
        const f = (...[x, y, z]: Tensor[]) => attention(x as Tensor3D, y as Tensor3D, z as Tensor3D, { heads });
        return checkGradients(f, [q, k, v], { samples: 6 });
      }
      const bias = seeded(1).normals([kind === "a bias a head" ? heads : 1, n, m]);
      const f = (...[x, y, z, w]: Tensor[]) =>
        attention(x as Tensor3D, y as Tensor3D, z as Tensor3D, { heads, bias: w as Tensor3D, scale: 0.7 });
      await checkGradients(f, [q, k, v, bias], { samples: 6 });
    },
  );

  test("masks: what is masked has no weight, and no gradient", async () => {
    const { q, k, v } = inputs(size);
    for (const shape of [
      [1, 1, m],
      [b, 1, m],
      [1, n, m],
      [b, n, m],
    ] as [number, number, number][]) {
      // The first key of each row is seen, every other by turns.
      const mask = tensor3d(
        Float32Array.from({ length: shape[0] * shape[1] * m }, (_, i) => ((i % m) % 2 === 0 ? 1 : 0)),
        shape,
      );
      const weights = attentionWeights(q, k, { heads, mask });
      const data = await weights.data();
      const hidden = [...data].filter((_, at) => (at % m) % 2 === 1);
      expect(hidden.every((weight) => weight === 0)).toBe(true);
      await expect(sum(weights, -1)).toBeAllClose(ones([b, heads, n]));
      await expect(
        joinHeads(
          tidy(() =>
            sum(mul(reshape(weights, [b, heads, n, m, 1]), reshape(splitHeads(v, heads), [b, heads, 1, m, -1])), 3),
          ),
        ),
      ).toBeAllClose(attention(q, k, v, { heads, mask }));
    }
    const mask = tensor3d([1, 0, 1, 0, 1].slice(0, m), [1, 1, m]);
    const f = (...[x, y, z]: Tensor[]) => attention(x as Tensor3D, y as Tensor3D, z as Tensor3D, { heads, mask });
    await checkGradients(f, [q, k, v], { samples: 4 });
  });
});

test("a row that may see nothing attends to all alike, and its gradients are finite", async () => {
  const { q, k, v } = inputs({ b: 1, n: 2, m: 4, heads: 1, d: 3 });
  const mask = tensor3d([0, 0, 0, 0, 1, 0, 0, 1], [1, 2, 4], "bool");
  await expect(slice(attentionWeights(q, k, { heads: 1, mask }), [0, 0, 0, 0], [1, 1, 1, 4])).toBeAllClose([
    [[[0.25, 0.25, 0.25, 0.25]]],
  ]);
  const f = (...[x, y, z]: Tensor[]) => attention(x as Tensor3D, y as Tensor3D, z as Tensor3D, { heads: 1, mask });
  for (const slope of grads(f)([q, k, v])) expect((await slope.data()).every(Number.isFinite)).toBe(true);
});

test("scores that overflow exp still give weights", async () => {
  const q = tensor3d([100, 100], [1, 2, 1]);
  const k = tensor3d([100, -100, 99], [1, 3, 1]);
  await expect(attentionWeights(q, k, { heads: 1, scale: 1 })).toBeAllClose([
    [
      [
        [1, 0, 0],
        [1, 0, 0],
      ],
    ],
  ]);
});

test("heads are split and joined without loss", async () => {
  const x = seeded(1).normals([2, 3, 8]) as Tensor3D;
  expect(splitHeads(x, 4).shape).toEqual([2, 4, 3, 2]);
  await expect(joinHeads(splitHeads(x, 4))).toBeAllClose(x);
  await expect(transpose(splitHeads(x, 4), [0, 2, 1, 3])).toBeAllClose(reshape(x, [2, 3, 4, 2]));
});

test("calls a registered kernel, and once for all its gradients", () => {
  const { q, k, v } = inputs({ b: 2, n: 3, m: 4, heads: 2, d: 5 });
  const bias = zeros([2, 3, 4]) as Tensor3D;
  const mask = ones([1, 1, 4]) as Tensor3D;
  const f = (...[x, y, z, w]: Tensor[]) =>
    attention(x as Tensor3D, y as Tensor3D, z as Tensor3D, { heads: 2, bias: w as Tensor3D, mask });
  const { calls } = withFakeKernels(documented, () => grads(f)([q, k, v, bias], ones([2, 3, 10])));
  const given = { q: [2, 3, 10], k: [2, 4, 10], v: [2, 4, 10], bias: [2, 3, 4], mask: [1, 1, 4] };
  const attrs = { heads: 2, scale: 5 ** -0.5 };
  expect(calls).toEqual([
    { kernel: "TesseraAttention", inputs: given, attrs },
    { kernel: "TesseraAttentionGrad", inputs: { dy: [2, 3, 10], ...given }, attrs },
  ]);
  const plain = withFakeKernels(documented, () => attention(q, k, v, { heads: 2, scale: 3 }));
  expect(plain.calls[0]!.inputs).toEqual({ q: given.q, k: given.k, v: given.v });
  expect(plain.calls[0]!.attrs).toEqual({ heads: 2, scale: 3 });
});

test("refuses shapes that do not fit, with expected and got", () => {
  const { q, k, v } = inputs({ b: 2, n: 3, m: 4, heads: 2, d: 5 });
  const call = (options: object) => () => attention(q, k, v, { heads: 2, ...options });
  expect(call({ heads: 3 })).toThrow("attention: expected a width divisible by heads, got 10 / 3");
  expect(call({ bias: zeros([3, 3, 4]) })).toThrow("attention bias: expected shape [2, 3, 4], got [3, 3, 4]");
  expect(call({ mask: zeros([2, 4, 4]) })).toThrow("attention mask: expected shape [2, 3, 4], got [2, 4, 4]");
  expect(() => attention(q, tensor(new Float32Array(40), [1, 4, 10]) as Tensor3D, v, { heads: 2 })).toThrow(
    "attention k: expected shape [2, m, 10], got [1, 4, 10]",
  );
  expect(() => attention(q, k, q, { heads: 2 })).toThrow("attention v: expected shape [2, 4, 10], got [2, 3, 10]");
});

test("leaks nothing", async () => {
  const { q, k, v } = inputs({ b: 1, n: 2, m: 3, heads: 2, d: 2 });
  const bias = zeros([1, 2, 3]) as Tensor3D;
  await expectNoLeak(() => {
    attention(q, k, v, { heads: 2 }).dispose();
    attentionWeights(q, k, { heads: 2 }).dispose();
    const f = (...[x, w]: Tensor[]) => attention(x as Tensor3D, k, v, { heads: 2, bias: w as Tensor3D });
    for (const slope of grads(f)([q, bias])) slope.dispose();
  });
});
