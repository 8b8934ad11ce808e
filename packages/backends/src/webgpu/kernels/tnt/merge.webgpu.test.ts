import { type Tensor, type Tensor1D, add, concat, mul, slice, zeros } from "@tensorflow/tfjs-core";
import { layerNorm, runOp } from "@tessera/core";
import { composed, countCalls, seeded } from "@tessera/testing";
import { expect, test } from "vitest";

/** tokens + [0, norm(joined)] */
function merge(inputs: Record<string, Tensor>): Tensor {
  const { tokens, joined, gamma, beta } = inputs;
  const [b, , d] = tokens!.shape as [number, number, number];
  return runOp("TesseraTntMerge", inputs, gamma ? { epsilon: 1e-5 } : {}, () => {
    const normal = gamma ? layerNorm(joined!, gamma as Tensor1D, beta as Tensor1D, 1e-5) : joined!;
    return add(tokens!, concat([zeros([b, 1, d]), normal], 1));
  });
}

function inputsOf(b: number, n: number, d: number, norm: boolean): Record<string, Tensor> {
  const random = seeded(d);
  const both = { tokens: random.normals([b, n + 1, d]), joined: add(random.normals([b, n, d]), 3) };
  return norm ? { ...both, gamma: random.normals([d]), beta: random.normals([d]) } : both;
}

test.each([
  [1, 1, 1],
  [2, 3, 6],
  [3, 16, 24],
  [2, 17, 33],
  [1, 196, 384],
  [2, 196, 65],
] as const)(
  "equals the composed definition with %i images of %i patches of %i, with norm and without",
  async (b, n, d) => {
    for (const norm of [true, false]) {
      const inputs = inputsOf(b, n, d, norm);
      expect(countCalls(GPUComputePassEncoder, "dispatchWorkgroups", () => merge(inputs))).toBe(1);
      await expect(merge(inputs)).toBeAllClose(composed(() => merge(inputs)));
    }
  },
);

test("a NaN goes through, and class tokens are as they were", async () => {
  const inputs = inputsOf(2, 3, 8, true);
  const broken = { ...inputs, joined: mul(inputs["joined"]!, Number.NaN) };
  const got = merge(broken);
  await expect(got).toBeAllClose(composed(() => merge(broken)));
  await expect(slice(got, 0, [2, 1, 8])).toBeAllClose(slice(inputs["tokens"]!, 0, [2, 1, 8]));
});
