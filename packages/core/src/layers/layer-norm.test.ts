// RMS norm's values and gradients against PyTorch are in layers.goldens.test.ts.
import { type Tensor3D, ones, tensor } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { layerNorm } from "../ops/layer-norm.ts";
import { LayerNorm, RmsNorm } from "./layer-norm.ts";

const x = seeded(1).normals([2, 3, 4]) as Tensor3D;

test("layer norm is the op with its own γ, β and ε", async () => {
  using norm = new LayerNorm(4, 1e-2).init(1);
  await expect(norm.forward(x)).toBeAllClose(layerNorm(x, ones([4]), tensor([0, 0, 0, 0]), 1e-2));
  norm.weight.set(Float32Array.of(1, 2, 3, 4));
  norm.bias.set(Float32Array.of(4, 3, 2, 1));
  await expect(norm.forward(x)).toBeAllClose(layerNorm(x, tensor([1, 2, 3, 4]), tensor([4, 3, 2, 1]), 1e-2));
});

test("RMS norm divides by the root of the mean square", async () => {
  using norm = new RmsNorm(2, 0).init(1);
  await expect(norm.forward(tensor([3, 4, -6, 8], [2, 2]))).toBeAllClose([
    [3 / Math.sqrt(12.5), 4 / Math.sqrt(12.5)],
    [-6 / Math.sqrt(50), 8 / Math.sqrt(50)],
  ]);
});

describe.each([
  ["LayerNorm", () => new LayerNorm(4).init(1)],
  ["RmsNorm", () => new RmsNorm(4).init(1)],
] as const)("%s", (_, make) => {
  test("takes any rank, and has the gradient that differences give", async () => {
    using norm = make();
    for (const shape of [
      [3, 4],
      [2, 3, 4],
      [2, 1, 3, 4],
    ]) {
      await checkGradients((z) => norm.forward(z!), [seeded(2).normals(shape)], { samples: 10 });
    }
  });

  test("ε is 1e-6 by default", () => {
    expect(make().epsilon).toBe(1e-6);
  });

  test("leaks nothing", async () => {
    using norm = make();
    await expectNoLeak(() => norm.forward(x).dispose());
  });
});
