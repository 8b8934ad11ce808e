import {
  type Scalar,
  type Tensor2D,
  type Tensor3D,
  dispose,
  getKernelsForBackend,
  grads,
  memory,
  mul,
  reshape,
  sum,
  tensor,
  tidy,
} from "@tensorflow/tfjs-core";
import {
  attention,
  attentionGradOp,
  attentionOp,
  linear,
  linearGradOp,
  linearOp,
  ops,
  selfAttention,
  selfAttentionGradOp,
  selfAttentionOp,
} from "@tessera/core";
import { coreOpCases, expectNoLeak, opSuite, seeded } from "@tessera/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { unregisterWasmKernels } from "./without-kernels.ts";
import { registerWasmKernels } from "../kernels.ts";

const products = [linearOp, linearGradOp, attentionOp, attentionGradOp, selfAttentionOp, selfAttentionGradOp];

/** That kernels equal the composed definitions: run in Node and in Chromium, on the one backend that they are for. */
export function kernelCases(): void {
  afterEach(unregisterWasmKernels);

  test("all are registered, once", () => {
    const names = () => getKernelsForBackend("wasm").map(({ kernelName }) => kernelName);
    registerWasmKernels();
    const once = names();
    registerWasmKernels();
    expect(names()).toEqual(once);
    const declared = new Set(ops.map(({ name }) => name));
    expect(once.filter((name) => declared.has(name)).sort()).toEqual(products.map(({ name }) => name).sort());
  });

  describe("give what the composed definitions give", () => {
    beforeEach(registerWasmKernels);
    opSuite(ops, coreOpCases, { has: (op) => products.some(({ name }) => name === op.name) });
  });

  test("leave nothing behind but one transposed weight, which goes with the weight", async () => {
    registerWasmKernels();
    const before = memory();
    const random = seeded(6);
    const [x, weight, qkv] = [random.normals([2, 3, 6]), random.normals([4, 6]), random.normals([2, 4, 18])];
    await expectNoLeak(() => {
      linear(x, weight as Tensor2D).dispose();
      selfAttention(qkv as Tensor3D, { heads: 2 }).dispose();
      attention(x as Tensor3D, x as Tensor3D, x as Tensor3D, { heads: 2 }).dispose();
      dispose(grads((a, w) => sum(linear(a!, w as Tensor2D)) as Scalar)([x, weight]));
      dispose(grads((a) => sum(selfAttention(a as Tensor3D, { heads: 2 })) as Scalar)([qkv]));
    });
    expect(memory().numTensors).toBe(before.numTensors + 4);
    dispose([x, weight, qkv]);
    expect(memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
  });

  test("the transposed weight stays while another tensor holds the same values", () => {
    registerWasmKernels();
    const [x, weight] = [seeded(7).normals([2, 6]), seeded(8).normals([4, 6])];
    linear(x, weight as Tensor2D).dispose();
    const { numTensors } = memory();
    reshape(weight, [24]).dispose();
    expect(memory().numTensors).toBe(numTensors);
    dispose([x, weight]);
  });

  test("works with weights that are made on the way", async () => {
    registerWasmKernels();
    const [x, weight] = [tensor([[1, 2]]), tensor([[3, 4]])];
    await expectNoLeak(async () => {
      const y = tidy(() => linear(x, mul(weight, 2) as Tensor2D));
      await expect(y).toBeAllClose([[22]]);
      y.dispose();
    });
    dispose([x, weight]);
  });
}
