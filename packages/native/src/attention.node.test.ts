import { type Tensor3D, tensor } from "@tensorflow/tfjs-core";
import { attention, attentionGrad, selfAttention, selfAttentionGrad } from "@tessera/core";
import { describe, test } from "vitest";
import { expectSame, given, isas, useIsa } from "./__fixtures__/both.ts";

const rows = [1, 3, 15, 16, 17, 31, 33, 196, 197, 577];
const [b, heads, width] = [2, 3, 5];

/** [b or 1, n or 1, m] */
function mask(batch: number, n: number, m: number): Tensor3D {
  return tensor(
    Uint8Array.from({ length: batch * n * m }, (_, i) => ((i * 7) % 5 === 0 ? 0 : 1)),
    [batch, n, m],
    "bool",
  );
}

describe.each(isas)("%s", (isa) => {
  test.each(rows)("self-attention among %i, with its gradient", async (n) => {
    useIsa(isa);
    const qkv = given(n, [b, n, 3 * heads * width]);
    const dy = given(1, [b, n, heads * width]);
    await expectSame((x) => selfAttention(x as Tensor3D, { heads }), [qkv]);
    await expectSame((d, x) => selfAttentionGrad(d as Tensor3D, x as Tensor3D, { heads, scale: 0.4 }), [dy, qkv], {
      atol: 5e-5,
    });
  });

  test.each([
    [1, 7],
    [9, 1],
    [17, 40],
    [31, 600],
    [5, 1100],
  ])("attention of %i to %i, with its gradient", async (n, m) => {
    // prettier-ignore
    useIsa(isa);
    const parts = [[b, n, heads * width], [b, m, heads * width], [b, m, heads * width]].map((shape, i) => given(i, shape)); // prettier-ignore
    const dy = given(8, [b, n, heads * width]);
    await expectSame((q, k, v) => attention(q as Tensor3D, k as Tensor3D, v as Tensor3D, { heads }), parts);
    await expectSame(
      (d, q, k, v) => attentionGrad(d as Tensor3D, q as Tensor3D, k as Tensor3D, v as Tensor3D, { heads, scale: 0.3 }),
      [dy, ...parts],
      { atol: 5e-5 },
    );
  });

  test.each([
    [1, 1, 1],
    [heads, b, 1],
    [heads, 1, 19],
    [1, b, 19],
  ])(
    // prettier-ignore
    "a bias of %i heads and a mask of %i × %i, with gradients",
    async (biasHeads, maskBatches, maskRows) => {
      useIsa(isa);
      const n = 19;
      const parts = [given(2, [b, n, 3 * heads * width]), given(3, [biasHeads, n, n])];
      const masked = () => mask(maskBatches, maskRows, n);
      await expectSame(
        (x, bias) => selfAttention(x as Tensor3D, { heads, bias: bias as Tensor3D, mask: masked() }),
        parts,
      );
      await expectSame(
        (d, x, bias) =>
          selfAttentionGrad(d as Tensor3D, x as Tensor3D, {
            heads,
            scale: 0.3,
            bias: bias as Tensor3D,
            mask: masked(),
          }),
        [given(1, [b, n, heads * width]), ...parts],
        { atol: 5e-5 },
      );
    },
  );

  test("a query that may look nowhere looks at all alike", async () => {
    useIsa(isa);
    const nothing = () => tensor(new Uint8Array(20), [1, 1, 20], "bool") as Tensor3D;
    const qkv = given(2, [1, 20, 3 * heads * width]);
    await expectSame((x) => selfAttention(x as Tensor3D, { heads, mask: nothing() }), [qkv]);
  });

  test("scores beyond what exp can hold", async () => {
    useIsa(isa);
    await expectSame((x) => selfAttention(x as Tensor3D, { heads }), [given(2, [1, 33, 3 * heads * width], 40)], {
      atol: 1e-3,
    });
  });
});
