import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  add,
  fill,
  findBackend,
  tensor,
  tidy,
  transpose,
} from "@tensorflow/tfjs-core";
import { attention, linear, selfAttention } from "@tessera/core";
import { describe, expect, test } from "vitest";
import { tileSets, useTiles } from "./__fixtures__/bf16.ts";
import { type Given, expectSame, given } from "./__fixtures__/both.ts";
import type { NativeBackend } from "./backend.ts";

const rows = [1, 3, 15, 16, 17, 31, 33, 196, 197, 577];

/** Values that bfloat16 has exactly: products of them are exact, so that float32's tolerance holds. */
function givenInBf16(seed: number, shape: number[], deviation = 1): Given {
  const { values } = given(seed, shape, deviation);
  const bits = new Uint32Array(values.buffer);
  for (let i = 0; i < bits.length; i++) bits[i] = bits[i]! & 0xffff_0000;
  return { shape, values };
}

describe.each(tileSets)("$isa", ({ backend: on, isa }) => {
  test.each(rows)("linear of %i rows, to float32's tolerance", async (n) => {
    useTiles({ backend: on, isa });
    for (const [inputs, out] of [
      [7, 5],
      [33, 45],
      [64, 70],
      [1100, 20],
    ] as const) {
      const parts = [givenInBf16(n, [1, n, inputs]), givenInBf16(2, [out, inputs], 0.3)];
      await expectSame((x, weight) => linear(x!, weight as Tensor2D), parts, { atol: 1e-4, on });
    }
  });

  test("linear with bias, activation, scale and residual in one pass", async () => {
    useTiles({ backend: on, isa });
    for (const activation of ["gelu", "gelu_tanh", "quick_gelu", "relu", "silu"] as const) {
      await expectSame(
        (x, weight, bias, scale, residual) =>
          linear(x!, weight as Tensor2D, { bias: bias as Tensor1D, activation, scale: scale as Tensor1D, residual }),
        [[2, 17, 33], [45, 33], [45], [45], [2, 17, 45]].map((shape, i) => givenInBf16(i, shape)), // prettier-ignore
        { atol: 1e-4, on },
      );
    }
  });

  test.each(rows)("an MLP of %i rows, whose hidden values stay in blocks", async (n) => {
    useTiles({ backend: on, isa });
    for (const [width, hidden] of [
      [33, 70],
      [64, 256],
    ] as const) {
      const parts = [
        givenInBf16(n, [n, width]),
        givenInBf16(2, [hidden, width], 0.3),
        givenInBf16(3, [width, hidden], 0.1),
      ];
      const mlp = (x: Tensor2D, fc1: Tensor2D, fc2: Tensor2D) =>
        tidy(() => linear(linear(x, fc1, { activation: "gelu" }), fc2, { residual: x }));
      // Hidden values are rounded to 8 bits: 2^-9 of some 2 each, of which up to 256 are added with weights of 0.1.
      await expectSame((x, fc1, fc2) => mlp(x as Tensor2D, fc1 as Tensor2D, fc2 as Tensor2D), parts, {
        atol: 3e-2,
        on,
      });
    }
  });

  test("whoever reads an activated layer sees its values, rounded to bfloat16", async () => {
    useTiles({ backend: on, isa });
    const parts = [givenInBf16(1, [37, 70]), givenInBf16(2, [45, 70], 0.3)];
    const hidden = (x: Tensor, weight: Tensor) => linear(x, weight as Tensor2D, { activation: "relu" });
    await expectSame((x, weight) => hidden(x!, weight!), parts, { rtol: 2 ** -8, on });
    await expectSame((x, weight) => transpose(hidden(x!, weight!)), parts, { rtol: 2 ** -8, on });
    // Read, and multiplied afterwards; one and the same tensor by two layers.
    const sums = (h: Tensor) => linear(h, fill([2, 45], 0.125));
    const twice = (h: Tensor) => tidy(() => add(add(sums(h), sums(add(h, h))), sums(h)));
    await expectSame((x, weight) => tidy(() => twice(hidden(x!, weight!))), parts, { rtol: 1e-2, on });
  });

  test("blocks of a set that is no longer in use are floats to the next", async () => {
    const native = findBackend(on) as NativeBackend;
    await expectSame(
      (x, fc1, fc2) => {
        useTiles({ backend: on, isa });
        const hidden = linear(x!, fc1 as Tensor2D, { activation: "gelu" });
        native.useIsa("portable");
        return linear(hidden, fc2 as Tensor2D);
      },
      [givenInBf16(1, [17, 33]), givenInBf16(2, [70, 33], 0.3), givenInBf16(3, [33, 70], 0.1)],
      { atol: 3e-2, on },
    );
    useTiles({ backend: on, isa });
  });

  test("linear keeps a NaN to its row and an infinity to its column", async () => {
    useTiles({ backend: on, isa });
    const [x, weight] = [givenInBf16(1, [37, 70]), givenInBf16(2, [45, 70])];
    x.values[33 * 70 + 69] = Number.NaN;
    weight.values[44 * 70 + 3] = Number.POSITIVE_INFINITY;
    await expectSame((a, w) => linear(a!, w as Tensor2D), [x, weight], { atol: 1e-4, on });
  });

  test.each(rows)("self-attention among %i", async (n) => {
    useTiles({ backend: on, isa });
    for (const width of n > 100 ? [64] : [5, 24, 64, 128])
      await expectSame((x) => selfAttention(x as Tensor3D, { heads: 2 }), [givenInBf16(n, [1, n, 6 * width])], {
        atol: 1.5e-2,
        on,
      });
  });

  test("attention to many keys, with a bias and a mask", async () => {
    useTiles({ backend: on, isa });
    for (const m of [1, 40, 600, 1100]) {
      const parts = [[2, 17, 48], [2, m, 48], [2, m, 48]].map((shape, i) => givenInBf16(i, shape)); // prettier-ignore
      const mask = () => {
        const looks = Uint8Array.from({ length: 34 * m }, (_, i) => ((i * 7) % 5 === 0 ? 0 : 1));
        return tensor(looks, [2, 17, m], "bool") as Tensor3D;
      };
      await expectSame(
        (q, k, v, bias) =>
          attention(q as Tensor3D, k as Tensor3D, v as Tensor3D, { heads: 2, bias: bias as Tensor3D, mask: mask() }),
        [...parts, given(9, [2, 17, m])],
        { atol: 1.5e-2, on },
      );
    }
  });
});

test("the models of the tile registers are among the sets", () => {
  expect(tileSets.map(({ isa }) => isa)).toContain("amx-emulated");
});
