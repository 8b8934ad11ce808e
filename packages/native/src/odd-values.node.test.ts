// Values that WebGPU may treat as it likes, and that native has as the composed definitions do: NaN, infinities, the smallest.
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { type Activation, activate, activationGrad, layerNorm, softmaxCrossEntropy } from "@tessera/core";
import { describe, test } from "vitest";
import { type Given, expectSame, given, isas, useIsa } from "./__fixtures__/both.ts";

const activations: Activation[] = ["gelu", "gelu_tanh", "quick_gelu", "relu", "silu"];

/** Rows that sum to anything, zeros among them. */
function shares(seed: number, shape: number[]): Given {
  const { values } = given(seed, shape);
  return { shape, values: values.map((value) => Math.max(0, value)) };
}

describe.each(isas)("%s", (isa) => {
  test.each(activations)("%s and its slope", async (activation) => {
    useIsa(isa);
    const values = given(3, [1, 1003], 3);
    values.values.set([Number.NaN, Number.POSITIVE_INFINITY, 0, -0, 1e-40, -1e-40, 1e30]);
    await expectSame((x) => activate(x!, activation), [values], { atol: 2e-6 });
    const finite = given(3, [1, 1003], 3);
    await expectSame((dy, x) => activationGrad(dy!, x!, activation), [given(4, [1, 1003]), finite], { atol: 5e-6 });
  });

  test("layer norm keeps a NaN to its row", async () => {
    useIsa(isa);
    const x = given(1, [3, 40]);
    x.values[41] = Number.NaN;
    await expectSame(
      (a, g, s) => layerNorm(a!, g as Tensor1D, s as Tensor1D, 1e-6),
      [x, given(2, [40]), given(3, [40])],
    );
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
});
