import { type Tensor1D, type Tensor3D, add, concat, mul, slice, zeros } from "@tensorflow/tfjs-core";
import { type InputsOf, layerNorm, runOp } from "@tessera/core";
import { composed, countCalls, seeded } from "@tessera/testing";
import { tntMergeOp } from "@tessera/tnt";
import { expect, test } from "vitest";

type Inputs = InputsOf<typeof tntMergeOp>;

/** tokens + [0, norm(joined)] */
function merge(inputs: Inputs): Tensor3D {
  const { tokens, joined, gamma, beta } = inputs;
  const [b, , d] = tokens.shape;
  return runOp(tntMergeOp, inputs, gamma ? { epsilon: 1e-5 } : {}, () => {
    const normal = gamma && beta ? layerNorm(joined, gamma, beta, 1e-5) : joined;
    return add<Tensor3D>(tokens, concat<Tensor3D>([zeros([b, 1, d]), normal], 1));
  });
}

function inputsOf(b: number, n: number, d: number, norm: boolean): Inputs {
  const random = seeded(d);
  const both = {
    tokens: random.normals([b, n + 1, d]) as Tensor3D,
    joined: add<Tensor3D>(random.normals([b, n, d]) as Tensor3D, 3),
  };
  return norm ? { ...both, gamma: random.normals([d]) as Tensor1D, beta: random.normals([d]) as Tensor1D } : both;
}

test.each([
  [1, 1, 1],
  [2, 3, 6],
  [1, 196, 384],
  [2, 196, 65],
] as const)("is one dispatch with %i images of %i patches of %i, with norm and without", (b, n, d) => {
  for (const norm of [true, false]) {
    const inputs = inputsOf(b, n, d, norm);
    expect(countCalls(GPUComputePassEncoder, "dispatchWorkgroups", () => merge(inputs))).toBe(1);
  }
});

test("a NaN goes through, and class tokens are as they were", async () => {
  const inputs = inputsOf(2, 3, 8, true);
  const broken = { ...inputs, joined: mul<Tensor3D>(inputs.joined, Number.NaN) };
  const got = merge(broken);
  await expect(got).toBeAllClose(composed(() => merge(broken)));
  await expect(slice(got, 0, [2, 1, 8])).toBeAllClose(slice(inputs.tokens, 0, [2, 1, 8]));
});
