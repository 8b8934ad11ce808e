import { type Tensor, type Tensor4D, randomUniform, sum, variableGrads } from "@tensorflow/tfjs-core";
import { Random, capture } from "@tessera/core";
import { expectNoLeak } from "@tessera/testing";
import { expect, test } from "vitest";
import { TinyTransformer } from "./custom-variant.ts";

const images = () => randomUniform([2, 32, 32, 3], -1, 1, "float32", 1) as Tensor4D;

test("a custom transformer runs, names its parameters and shows its inside", async () => {
  using model = new TinyTransformer().init(0);
  expect([...model.params().keys()]).toEqual(
    expect.arrayContaining(["embed.proj.weight", "blocks.3.mlp.fc1.weight", "fc_norm.weight", "head.weight"]),
  );
  const logits = model.forward(images());
  expect(logits.shape).toEqual([2, 10]);
  expect((await logits.data()).every(Number.isFinite)).toBe(true);
  const seen = capture(model, images(), ["blocks.*.attn.weights"]);
  expect(Object.keys(seen)).toHaveLength(4);
});

test("its gradient reaches every parameter, with drop path on", async () => {
  using model = new TinyTransformer().init(0);
  const x = images();
  const { grads } = variableGrads(() => sum(model.forward(x, { training: true, random: new Random(1) })));
  for (const [path, param] of model.params()) {
    const values = await (grads[param.value.name] as Tensor).data();
    expect(
      values.some((value) => value !== 0),
      path,
    ).toBe(true);
  }
});

test("it leaves no tensor behind", async () => {
  using model = new TinyTransformer().init(0);
  const x = images();
  await expectNoLeak(() => model.forward(x).dispose());
});
