import {
  type Scalar,
  type Tensor2D,
  type Tensor3D,
  dispose,
  memory,
  mul,
  square,
  sub,
  sum,
  variableGrads,
} from "@tensorflow/tfjs-core";
import { Linear, Mlp } from "@tessera/core";
import { seeded } from "@tessera/testing";
import { afterEach, expect, test } from "vitest";
import { unregisterWasmKernels } from "./without-kernels.ts";
import { registerWasmKernels } from "../kernels.ts";

/** Steps of gradient descent on the squared distance to a target; the loss before each. */
async function descend(layer: Mlp, steps: number): Promise<number[]> {
  const random = seeded(1);
  const [x, target] = [random.normals([1, 6, 4]) as Tensor3D, random.normals([1, 6, 4])];
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { value, grads } = variableGrads(() => sum(square(sub(layer.forward(x), target))) as Scalar);
    losses.push((await value.data())[0]!);
    for (const param of layer.params().values()) {
      const next = sub(param.value, mul(grads[param.value.name]!, 0.02));
      param.set(next);
      next.dispose();
    }
    dispose([value, ...Object.values(grads)]);
  }
  dispose([x, target]);
  return losses;
}

/** That models train with the kernels: run in Node and in Chromium, on the one backend that they are for. */
export function trainingCases(): void {
  afterEach(unregisterWasmKernels);

  test("goes as with the composed definitions: no transposed weight is left from a step before", async () => {
    const layer = () => new Mlp({ width: 4, hidden: 8 }).init(2);
    using composed = layer();
    const expected = await descend(composed, 5);
    registerWasmKernels();
    using fast = layer();
    await expect(await descend(fast, 5)).toBeAllClose(expected);
    expect(expected.at(-1)!).toBeLessThan(0.9 * expected[0]!);
  });

  test("inference sees new weights", async () => {
    registerWasmKernels();
    using layer = new Linear(2, 1);
    const before = memory().numTensors;
    const x = seeded(3).uniforms([1, 2], 1, 1) as Tensor2D;
    for (const [values, expected] of [
      [[1, 2], 3],
      [[5, 5], 10],
    ] as const) {
      layer.params().get("weight")!.set(Float32Array.from(values));
      layer.params().get("bias")!.set(new Float32Array(1));
      const y = layer.forward(x);
      await expect(y).toBeAllClose([[expected]]);
      y.dispose();
    }
    x.dispose();
    layer.dispose();
    expect(memory().numTensors).toBe(before);
  });
}
