import { type Tensor, type Tensor3D, cast, concat, tensor } from "@tensorflow/tfjs-core";
import { attention, attentionGrad, queryKeyAttention, selfAttention, selfAttentionGrad } from "@tessera/core";
import { checkGradients, composed, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { oddRows } from "./__fixtures__/odd-rows.ts";

function random(seed: number, shape: number[]): Tensor3D {
  return seeded(seed).normals(shape) as Tensor3D;
}

/** About a third of zeros, and one query that may look nowhere. */
function maskOf(b: number, n: number, m: number): Tensor3D {
  const { uniform } = seeded(9);
  return tensor(
    Float32Array.from({ length: b * n * m }, (_, i) => (i < m ? 0 : Number(uniform() > 0.33))),
    [b, n, m],
  );
}

async function expectEqual(got: Tensor[], expected: Tensor[]) {
  expect(got.length).toBe(expected.length);
  for (const [i, value] of got.entries()) await expect(value).toBeAllClose(expected[i]!, { atol: 2e-5 });
}

const sizes = [[6, 1, 3], [10, 16, 15], [16, 17, 31], [24, 33, 32], [64, 31, 65], [80, 3, 40], [128, 65, 33]] as const; // prettier-ignore

describe("attention", () => {
  test.each(sizes)("equals the composed definition with heads of %i, %i queries, %i keys", async (width, n, m) => {
    const [q, k, v] = [random(1, [2, n, 2 * width]), random(2, [2, m, 2 * width]), random(3, [2, m, 2 * width])];
    const options = { heads: 2 };
    await expect(attention(q, k, v, options)).toBeAllClose(composed(() => attention(q, k, v, options)));
  });

  // Each width is a program of its own, which SwiftShader takes a second to compile, so gradients see fewer of them.
  const others = [33, 16, 3, 31, 1, 197, 17, 15];
  const grid = oddRows.map((n, i) => [i % 2 ? 12 : 6, n, others[i]!] as const);
  test.each([...grid, [64, 33, 40] as const])(
    "has the composed gradients with heads of %i, %i queries, %i keys",
    async (width, n, m) => {
      const [q, k, v] = [random(1, [2, n, 2 * width]), random(2, [2, m, 2 * width]), random(3, [2, m, 2 * width])];
      const options = { heads: 2, scale: width ** -0.5 };
      const dy = random(4, q.shape);
      await expectEqual(
        attentionGrad(dy, q, k, v, options),
        composed(() => attentionGrad(dy, q, k, v, options)),
      );
    },
  );

  test.each([
    [3, 1, 1],
    [1, 3, 17],
    [3, 2, 1],
  ] as const)(
    "takes bias and mask that %i heads, %i samples, %i queries share",
    async (biasHeads, maskBatch, maskQueries) => {
      // prettier-ignore
      const [b, n, m] = [maskBatch === 1 ? 2 : maskBatch, 17, 35];
      const [q, k, v] = [random(1, [b, n, 24]), random(2, [b, m, 24]), random(3, [b, m, 24])];
      const bias = random(5, [biasHeads, n, m]);
      const mask = maskOf(maskBatch, maskQueries, m);
      const options = { heads: 3, scale: 0.4, bias, mask };
      await expect(attention(q, k, v, options)).toBeAllClose(composed(() => attention(q, k, v, options)));
      const dy = random(4, q.shape);
      await expectEqual(
        attentionGrad(dy, q, k, v, options),
        composed(() => attentionGrad(dy, q, k, v, options)),
      );
    },
  );

  test("takes a mask of booleans", async () => {
    const [q, k, v] = [random(1, [1, 5, 8]), random(2, [1, 6, 8]), random(3, [1, 6, 8])];
    const mask = cast(maskOf(1, 5, 6), "bool");
    await expect(attention(q, k, v, { heads: 1, mask })).toBeAllClose(composed(() => attention(q, k, v, { heads: 1, mask }))); // prettier-ignore
  });

  test("stays right where scores are large", async () => {
    const [q, k, v] = [random(1, [1, 40, 16]), random(2, [1, 40, 16]), random(3, [1, 40, 16])];
    const options = { heads: 1, scale: 60 };
    await expect(attention(q, k, v, options)).toBeAllClose(
      composed(() => attention(q, k, v, options)),
      { atol: 1e-4 },
    );
  });

  test("has gradients that agree with differences", async () => {
    const [q, k, v, bias] = [random(1, [1, 3, 12]), random(2, [1, 4, 12]), random(3, [1, 4, 12]), random(4, [2, 3, 4])];
    const mask = tensor([[[1, 1, 0, 1], [0, 1, 1, 1], [1, 0, 0, 1]]]) as Tensor3D; // prettier-ignore
    await checkGradients(
      (...[atQ, atK, atV, atBias]) =>
        attention(atQ as Tensor3D, atK as Tensor3D, atV as Tensor3D, { heads: 2, bias: atBias as Tensor3D, mask }),
      [q, k, v, bias],
    );
  });
});

test.each([
  [6, 17],
  [10, 33],
  [64, 197],
] as const)("queryKeyAttention equals the composed definition with heads of %i, %i tokens", async (width, n) => {
  const [qk, v] = [random(1, [2, n, 4 * width]), random(2, [2, n, 2 * width])];
  for (const options of [{ heads: 2 }, { heads: 1, scale: 0.3 }]) {
    await expect(queryKeyAttention(qk, v, options)).toBeAllClose(composed(() => queryKeyAttention(qk, v, options)));
  }
});

describe("selfAttention", () => {
  test.each([...oddRows.map((n, i) => [i % 2 ? 16 : 10, n] as const), [128, 35] as const])(
    "equals the composed definition with heads of %i, %i tokens",
    async (width, n) => {
      // prettier-ignore
      const qkv = random(1, [2, n, 6 * width]);
      const options = { heads: 2, scale: width ** -0.5 };
      await expect(selfAttention(qkv, options)).toBeAllClose(composed(() => selfAttention(qkv, options)));
      const dy = random(4, [2, n, 2 * width]);
      await expectEqual(
        selfAttentionGrad(dy, qkv, options),
        composed(() => selfAttentionGrad(dy, qkv, options)),
      );
    },
  );

  test("equals attention of its parts, with bias and mask", async () => {
    const parts = [1, 2, 3].map((seed) => random(seed, [2, 9, 12])) as [Tensor3D, Tensor3D, Tensor3D];
    const options = { heads: 3, bias: random(4, [3, 9, 9]), mask: maskOf(2, 9, 9) };
    await expect(selfAttention(concat(parts, -1), options)).toBeAllClose(attention(...parts, options));
  });

  test("has gradients that agree with differences", async () => {
    await checkGradients(
      (qkv, bias) => selfAttention(qkv as Tensor3D, { heads: 2, bias: bias as Tensor3D }),
      [random(1, [2, 3, 18]), random(2, [1, 3, 3])],
    );
  });
});
