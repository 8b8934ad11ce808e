// Values and gradients against timm: layers.goldens.test.ts for SwiGLU, packages/vit for the MLP.
import { type Tensor3D, add, mul, zeros } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { documented, withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { capture } from "../capture.ts";
import { activate } from "../ops/activation.ts";
import { Random } from "../random.ts";
import { Mlp, SwiGlu } from "./mlp.ts";

const x = seeded(1).normals([2, 3, 4]) as Tensor3D;

describe.each([
  ["Mlp", (dropout?: number) => new Mlp({ width: 4, hidden: 6, dropout }).init(1)],
  ["SwiGlu", (dropout?: number) => new SwiGlu({ width: 4, hidden: 6, dropout }).init(1)],
] as const)("%s", (_, make) => {
  test("has the gradient that differences give", async () => {
    using mlp = make();
    await checkGradients((z) => mlp.forward(z as Tensor3D), [x]);
  });

  test("adds into a residual, scaled, in the same pass, and after dropout too", async () => {
    using mlp = make(0.5);
    const residual = seeded(2).normals([2, 3, 4]) as Tensor3D;
    const scale = seeded(3).normals([4]);
    const into = { residual, scale: scale as never };
    await expect(mlp.forward(x, {}, into)).toBeAllClose(add(residual, mul(mlp.forward(x), scale)));
    const training = () => ({ training: true, random: new Random(7) });
    await expect(mlp.forward(x, training(), into)).toBeAllClose(add(residual, mul(mlp.forward(x, training()), scale)));
    await expect(mlp.forward(x, training())).not.toBeAllClose(mlp.forward(x));
  });

  test("looked at, it gives the same", async () => {
    using mlp = make();
    const seen = capture(mlp, x, ["fc1", "fc2"]);
    await expect(seen["fc2"]!).toBeAllClose(mlp.forward(x));
    await expect(seen["fc1"]!).toBeAllClose(mlp.fc1.forward(x));
  });

  test("refuses tokens of another width", () => {
    using mlp = make();
    expect(() => mlp.forward(zeros([1, 2, 5]) as Tensor3D)).toThrow("linear: expected x [..., 4], got [1, 2, 5]");
  });

  test("leaks nothing", async () => {
    using mlp = make(0.5);
    await expectNoLeak(() => {
      mlp.forward(x).dispose();
      mlp.forward(x, { training: true, random: new Random(1) }).dispose();
    });
  });
});

test("another activation, fused into fc1", async () => {
  using mlp = new Mlp({ width: 4, hidden: 6, activation: "relu" }).init(1);
  await expect(mlp.forward(x)).toBeAllClose(mlp.fc2.forward(activate(mlp.fc1.forward(x), "relu")));
  const { calls } = withFakeKernels(documented, () => mlp.forward(x).dispose());
  expect(calls.map(({ kernel, attrs }) => [kernel, attrs])).toEqual([
    ["TesseraLinear", { activation: "relu" }],
    ["TesseraLinear", { activation: "none" }],
  ]);
});
