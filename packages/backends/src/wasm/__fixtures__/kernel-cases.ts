import {
  type Scalar,
  type Tensor,
  type Tensor1D,
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
import { type Activation, attention, linear, selfAttention } from "@tessera/core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { afterEach, describe, expect, test } from "vitest";
import { bothWays, unregisterWasmKernels } from "./without-kernels.ts";
import { registerWasmKernels } from "../kernels.ts";

const activations = ["none", "gelu", "gelu_tanh", "quick_gelu", "relu", "silu"] satisfies Activation[];

/** Outputs, and the gradients of a probed sum of them for every input, are the composed definition's. */
async function expectSame(op: (...inputs: Tensor[]) => Tensor, inputs: Tensor[]): Promise<void> {
  const outputs = bothWays(() => op(...inputs));
  await expect(outputs.fast).toBeAllClose(outputs.composed);
  const probe = seeded(9).normals(outputs.fast.shape);
  const gradients = bothWays(() => grads((...given: Tensor[]) => sum(mul(op(...given), probe)) as Scalar)(inputs));
  expect(gradients.fast).toHaveLength(inputs.length);
  for (const [i, gradient] of gradients.fast.entries()) {
    await expect(gradient).toBeAllClose(gradients.composed[i]!, { rtol: 1e-4, atol: 2e-5 });
  }
  dispose([probe, ...inputs, ...Object.values(outputs), ...Object.values(gradients).flat()]);
}

/** That kernels equal the composed definitions: run in Node and in Chromium, on the one backend that they are for. */
export function kernelCases(): void {
  afterEach(unregisterWasmKernels);

  test("all are registered, once", () => {
    const names = () => getKernelsForBackend("wasm").map(({ kernelName }) => kernelName);
    registerWasmKernels();
    const once = names();
    registerWasmKernels();
    expect(names()).toEqual(once);
    expect(once.filter((name) => name.startsWith("Tessera")).sort()).toEqual([
      "TesseraAttention",
      "TesseraAttentionGrad",
      "TesseraLinear",
      "TesseraLinearGrad",
      "TesseraSelfAttention",
      "TesseraSelfAttentionGrad",
    ]);
  });

  describe.each([
    ["rank 2", [5, 6]],
    ["rank 3", [2, 3, 6]],
    ["one row", [1, 1, 6]],
  ])("linear, %s", (_, shape) => {
    const random = seeded(1);
    const made = () => ({
      x: random.normals(shape),
      weight: random.normals([4, 6]),
      bias: random.normals([4]),
      scale: random.normals([4]),
      residual: random.normals([...shape.slice(0, -1), 4]),
    });

    test.each(activations)("with everything, %s", async (activation) => {
      const { x, weight, ...rest } = made();
      const names = Object.keys(rest);
      await expectSame(
        (input, matrix, ...others) => {
          const options = Object.fromEntries(others.map((value, i) => [names[i], value]));
          return linear(input!, matrix as Tensor2D, { activation, ...options });
        },
        [x, weight, ...Object.values(rest)],
      );
    });

    test.each([[[]], [["bias"]], [["scale"]], [["residual"]], [["bias", "scale"]], [["bias", "residual"]]])(
      "with %j",
      async (epilogues: string[]) => {
        const { x, weight, ...rest } = made();
        const used = epilogues.map((name) => rest[name as keyof typeof rest]);
        await expectSame(
          (input, matrix, ...others) => {
            const options = Object.fromEntries(others.map((value, i) => [epilogues[i], value]));
            return linear(input!, matrix as Tensor2D, options as { bias?: Tensor1D });
          },
          [x, weight, ...used],
        );
        dispose(Object.values(rest));
      },
    );
  });

  const cases = [
    { bias: 0, mask: "" },
    { bias: 1, mask: "" },
    { bias: 2, mask: "" },
    { bias: 0, mask: "per sample" },
    { bias: 0, mask: "shared" },
    { bias: 2, mask: "per sample" },
    { bias: 1, mask: "shared" },
  ];

  const bool = (shape: [number, number, number]): Tensor3D => {
    const random = seeded(3);
    const size = shape.reduce((a, b) => a * b, 1);
    return tensor(
      Int32Array.from({ length: size }, () => (random.uniform() < 0.7 ? 1 : 0)),
      shape,
      "int32",
    );
  };
  const maskOf = (kind: string, b: number, n: number, m: number): Tensor3D | undefined =>
    kind === "" ? undefined : bool([kind === "shared" ? 1 : b, n, m]);

  describe.each([1, 3])("attention, %i samples", (b) => {
    test.each(cases)("2 heads, bias of $bias planes, mask '$mask'", async ({ bias, mask: kind }) => {
      const random = seeded(2);
      const [n, m] = [4, 5];
      const mask = maskOf(kind, b, n, m);
      const inputs = [random.normals([b, n, 6]), random.normals([b, m, 6]), random.normals([b, m, 6])];
      if (bias) inputs.push(random.normals([bias, n, m]));
      await expectSame((q, k, v, planes) => {
        const options = { heads: 2, bias: planes as Tensor3D | undefined, mask };
        return attention(q as Tensor3D, k as Tensor3D, v as Tensor3D, options);
      }, inputs);
      mask?.dispose();
    });

    test.each(cases)("of a sequence to itself, bias of $bias planes, mask '$mask'", async ({ bias, mask: kind }) => {
      const random = seeded(4);
      const mask = maskOf(kind, b, 4, 4);
      const inputs = [random.normals([b, 4, 18])];
      if (bias) inputs.push(random.normals([bias, 4, 4]));
      await expectSame(
        (qkv, planes) => selfAttention(qkv as Tensor3D, { heads: 2, bias: planes as Tensor3D | undefined, mask }),
        inputs,
      );
      mask?.dispose();
    });
  });

  test("attention with one mask row for all queries, and a scale of its own", async () => {
    const random = seeded(5);
    const mask = tensor([1, 0, 1, 1], [1, 1, 4], "int32") as Tensor3D;
    const options = { heads: 3, mask, scale: 0.3 };
    await expectSame((qkv) => selfAttention(qkv as Tensor3D, options), [random.normals([2, 4, 18])]);
    mask.dispose();
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
