import { type Tensor, grad, ones, tensor1d } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, readGoldens, restore } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { documented, withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { type Activation, activate, activationGrad } from "./activation.ts";

const goldens = await readGoldens(new URL("../__fixtures__/ops.safetensors", import.meta.url));
const names: Activation[] = ["gelu", "gelu_tanh", "quick_gelu", "relu", "silu"];

test.each(["gelu", "gelu_tanh", "quick_gelu", "silu"] as const)("%s is PyTorch's", async (name) => {
  await expect(activate(restore(goldens.get("x")), name)).toBeAllClose(goldens.get(name));
});

// facts of the systems: torch.nn.functional.gelu in float64
test.each([
  ["gelu", [1, -1, -3, 2], [0.8413447460685, -0.1586552539315, -0.0040496940949, 1.9544997361036]],
  ["gelu_tanh", [1, -1, -3], [0.8411919906083, -0.1588080093917, -0.0036373920818]],
  ["quick_gelu", [1], [0.845795765932]],
  ["relu", [-2, 0, 3], [0, 0, 3]],
] as [Activation, number[], number[]][])("%s of %s", async (name, x, y) => {
  await expect(activate(tensor1d(x), name)).toBeAllClose(y, { atol: 2e-6 });
});

describe.each(names)("%s", (name) => {
  test("has the gradient that differences give", async () => {
    const x = tensor1d([-6, -3.1, -1.2, -0.5, -0.1, 0.2, 0.7, 1.4, 2.9, 5.5]);
    await checkGradients((z) => activate(z!, name), [x], { atol: 1e-3 });
  });

  test("stays finite far out", async () => {
    const x = tensor1d([-1e4, -100, 100, 1e4]);
    for (const y of [activate(x, name), grad((z: Tensor) => activate(z, name))(x)]) {
      expect((await y.data()).every(Number.isFinite)).toBe(true);
    }
  });

  test("calls a registered kernel, and one for its gradient", () => {
    const x = tensor1d([1, 2]);
    const { calls } = withFakeKernels(documented, () => grad((z: Tensor) => activate(z, name))(x, ones([2])));
    expect(calls).toEqual([
      { kernel: "TesseraActivation", inputs: { x: [2] }, attrs: { activation: name } },
      { kernel: "TesseraActivationGrad", inputs: { dy: [2], x: [2] }, attrs: { activation: name } },
    ]);
  });
});

test("none gives its input back, with gradient 1", async () => {
  const x = tensor1d([1, -2]);
  expect(activate(x, "none")).toBe(x);
  await expect(activationGrad(tensor1d([3, 4]), x, "none")).toBeAllClose([3, 4]);
});

test("leaks nothing", async () => {
  const x = tensor1d([1, -2]);
  await expectNoLeak(() => {
    for (const name of names) {
      activate(x, name).dispose();
      grad((z: Tensor) => activate(z, name))(x).dispose();
    }
  });
});
