import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  getBackend,
  grad,
  mean,
  ones,
  softmax,
  sum,
  tensor,
  tensor1d,
  tensor2d,
  zeros,
} from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, readGoldens, restore, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { documented, withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";

const goldens = await readGoldens(new URL("../__fixtures__/ops.safetensors", import.meta.url));
const layers = await readGoldens(new URL("../__fixtures__/layers.safetensors", import.meta.url));
const stored = (name: string) => restore(goldens.get(name));

describe("is torch.nn.functional.cross_entropy", () => {
  const logits = stored("loss/logits") as Tensor2D;

  test("of integer labels, as int32 or as float32", async () => {
    const labels = stored("loss/labels");
    await expect(mean(softmaxCrossEntropy(logits, labels))).toBeAllClose(goldens.get("loss/ce"));
    const floats = tensor1d([...(await labels.data())], "float32");
    await expect(mean(softmaxCrossEntropy(logits, floats))).toBeAllClose(goldens.get("loss/ce"));
  });

  test("with label smoothing", async () => {
    const loss = softmaxCrossEntropy(logits, stored("loss/labels"), { labelSmoothing: 0.1 });
    await expect(mean(loss)).toBeAllClose(goldens.get("loss/ce_smooth0.1"));
  });

  test("of probabilities", async () => {
    await expect(mean(softmaxCrossEntropy(logits, stored("loss/soft")))).toBeAllClose(goldens.get("loss/ce_soft"));
  });

  test("of probabilities with smoothing, and its gradient", async () => {
    const name = "loss_soft_smooth";
    const labels = restore(layers.get(`${name}/labels`));
    const loss = (z: Tensor) => softmaxCrossEntropy(z as Tensor2D, labels, { labelSmoothing: 0.1 });
    const x = restore(layers.get(`${name}/input`));
    await expect(loss(x)).toBeAllClose(layers.get(`${name}/output`));
    await expect(grad(loss)(x, restore(layers.get(`${name}/probe`)))).toBeAllClose(layers.get(`${name}/dinput`));
  });
});

test("gradients, also of labels that do not sum to 1", async () => {
  const random = seeded(1);
  for (const [b, classes] of [
    [1, 2],
    [3, 5],
    [5, 2],
  ] as const) {
    const logits = random.normals([b, classes]);
    const labels = random.uniforms([b, classes]);
    await checkGradients((z) => softmaxCrossEntropy(z as Tensor2D, labels, { labelSmoothing: 0.2 }), [logits]);
    const integers = tensor(
      Int32Array.from({ length: b }, () => random.integer(classes)),
      [b],
      "int32",
    );
    await checkGradients((z) => softmaxCrossEntropy(z as Tensor2D, integers), [logits]);
  }
});

test("large logits neither overflow nor underflow", async () => {
  const loss = softmaxCrossEntropy(
    tensor2d([
      [1000, 0],
      [0, 1000],
    ]),
    tensor1d([0, 0], "int32"),
  );
  await expect(loss).toBeAllClose([0, 1000]);
  const slope = grad((z: Tensor) => softmaxCrossEntropy(z as Tensor2D, tensor1d([0, 0], "int32")))(
    tensor2d([
      [1000, 0],
      [0, 1000],
    ]),
  );
  await expect(slope).toBeAllClose([
    [0, 0],
    [-1, 1],
  ]);
});

test("of a uniform guess is log of the number of classes", async () => {
  const loss = softmaxCrossEntropy(zeros([2, 8]) as Tensor2D, tensor1d([3, 7], "int32"));
  await expect(loss).toBeAllClose([Math.log(8), Math.log(8)]);
});

test("rows of softmax sum to 1 (what the composed definition rests on)", async () => {
  await expect(sum(softmax(seeded(1).normals([3, 4], 5)), -1)).toBeAllClose([1, 1, 1]);
});

test("calls a registered kernel with probabilities, and one for its gradient", () => {
  const logits = zeros([2, 3]) as Tensor2D;
  const labels = tensor1d([0, 2], "int32");
  const { calls } = withFakeKernels(documented, () =>
    grad((z: Tensor) => softmaxCrossEntropy(z as Tensor2D, labels, { labelSmoothing: 0.1 }))(logits, ones([2])),
  );
  const inputs = { logits: [2, 3], target: [2, 3] };
  expect(calls).toEqual([
    { kernel: "TesseraSoftmaxCrossEntropy", inputs, attrs: {} },
    { kernel: "TesseraSoftmaxCrossEntropyGrad", inputs: { dy: [2], ...inputs }, attrs: {} },
  ]);
});

test("refuses labels that fit neither form", () => {
  const logits = zeros([2, 3]) as Tensor2D;
  const message = "softmaxCrossEntropy: expected labels [2] or [2, 3], got ";
  expect(() => softmaxCrossEntropy(logits, zeros([3]))).toThrow(`${message}[3]`);
  expect(() => softmaxCrossEntropy(logits, zeros([2, 4]))).toThrow(`${message}[2, 4]`);
  expect(() => softmaxCrossEntropy(zeros([3]) as unknown as Tensor2D, zeros([3]))).toThrow("[b, classes]");
});

test("takes one class", async () => {
  const logits = tensor2d([[3], [-2]]);
  await expect(softmaxCrossEntropy(logits, tensor1d([0, 0], "int32"))).toBeAllClose([0, 0]);
});

describe("a label that is no class", () => {
  const onGpu = getBackend().startsWith("webg");
  const loss = (label: number) => softmaxCrossEntropy(zeros([2, 3]) as Tensor2D, tensor1d([1, label]));

  test.skipIf(onGpu).each([3, -1, 1.5])("as %d is refused", (label) => {
    expect(() => loss(label)).toThrow(
      `softmaxCrossEntropy: expected labels from 0 to 2, got ${label} at 1; has the model as many classes as the data?`,
    );
  });

  test.skipIf(!onGpu).each([3, -1, 1.5])("as %d makes its loss NaN on a GPU", async (label) => {
    expect((await loss(label).data())[1]).toBeNaN();
  });
});

test("leaks nothing", async () => {
  const logits = zeros([2, 3]);
  const labels = tensor1d([0, 2], "int32") as Tensor1D;
  await expectNoLeak(() => {
    const loss = (z: Tensor) => softmaxCrossEntropy(z as Tensor2D, labels, { labelSmoothing: 0.1 });
    loss(logits).dispose();
    grad(loss)(logits).dispose();
  });
});
