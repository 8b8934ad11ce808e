import { type Tensor1D, type Tensor2D, softmax, tensor } from "@tensorflow/tfjs-core";
import { softmaxCrossEntropy, softmaxCrossEntropyGrad } from "@tessera/core";
import { checkGradients, composed, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { oddRows } from "./__fixtures__/odd-rows.ts";

const widths = [2, 3, 10, 63, 65, 1000];

test.each(oddRows)("softmaxCrossEntropy equals the composed definition with %i rows", async (rows) => {
  for (const classes of widths) {
    const logits = seeded(1).normals([rows, classes], 4) as Tensor2D;
    const soft = softmax(seeded(2).normals([rows, classes]));
    const hard = tensor(
      Int32Array.from({ length: rows }, (_, i) => i % classes),
      [rows],
      "int32",
    );
    for (const labels of [soft, hard]) {
      const loss = () => softmaxCrossEntropy(logits, labels, { labelSmoothing: 0.1 });
      await expect(loss()).toBeAllClose(composed(loss));
    }
  }
});

test.each(oddRows)("its gradient equals the composed definition with %i rows", async (rows) => {
  for (const classes of widths) {
    const logits = seeded(1).normals([rows, classes], 4) as Tensor2D;
    const target = softmax(seeded(2).normals([rows, classes])) as Tensor2D;
    const dy = seeded(3).normals([rows]) as Tensor1D;
    const gradient = () => softmaxCrossEntropyGrad(dy, logits, target);
    await expect(gradient()).toBeAllClose(composed(gradient));
  }
});

test("softmaxCrossEntropy takes logits of any size", async () => {
  const logits = tensor([[1e4, -1e4, 0], [-3e4, -3e4, -3e4]]) as Tensor2D; // prettier-ignore
  await expect(softmaxCrossEntropy(logits, tensor([0, 1], [2], "int32"))).toBeAllClose([0, Math.log(3)]);
});

test("gradients of softmaxCrossEntropy agree with differences", async () => {
  const labels = softmax(seeded(2).normals([3, 7]));
  await checkGradients((logits) => softmaxCrossEntropy(logits as Tensor2D, labels), [seeded(1).normals([3, 7])]);
});
