import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  add,
  grads,
  mul,
  ones,
  tensor2d,
  zeros,
} from "@tensorflow/tfjs-core";
import { Linear, Module, registerGradients } from "@tessera/core";
import { checkGradients, expectNoLeak, readGoldens, restore, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { gradientsOf } from "../fit/gradients.ts";
import type { Loss } from "../fit/options.ts";
import { binaryCrossEntropy } from "./binary-cross-entropy.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { distillation, distillationLoss } from "./distillation.ts";

registerGradients();
const goldens = await readGoldens(new URL("../__fixtures__/training_losses.safetensors", import.meta.url));
const stored = (name: string) => restore(goldens.get(name));
const [logits, other] = [stored("logits"), stored("logits_dist")];
const [labels, soft, teacher] = [
  stored("labels") as Tensor1D,
  stored("soft") as Tensor2D,
  stored("teacher") as Tensor2D,
];
const tight = { rtol: 1e-5, atol: 1e-6 };

const alone: [string, Loss, Tensor1D | Tensor2D][] = [
  ["smoothing0.1", crossEntropy({ smoothing: 0.1 }), labels],
  ["soft_target", crossEntropy(), soft],
  ["bce_smoothing0.1", binaryCrossEntropy({ smoothing: 0.1 }), labels],
  ["bce_smoothing0", binaryCrossEntropy(), labels],
  ["bce_soft", binaryCrossEntropy({ smoothing: 0.1 }), soft],
  ["bce_threshold0.2", binaryCrossEntropy({ threshold: 0.2 }), soft],
  ["bce_sum_classes", binaryCrossEntropy({ smoothing: 0.1, sumClasses: true }), labels],
];

describe("is the reference's, with its gradient:", () => {
  test.each(alone)("%s", async (name, loss, targets) => {
    await expect(loss(logits as Tensor2D, targets)).toBeAllClose(goldens.get(`${name}/loss`), tight);
    const [slope] = grads((x: Tensor) => loss(x as Tensor2D, targets))([logits]);
    await expect(slope!).toBeAllClose(goldens.get(`${name}/dlogits`), tight);
  });

  test.each([
    ["deit_hard", 0.1, {}],
    ["deit_soft_tau3", 0.1, { kind: "soft", temperature: 3 }],
    ["deit_soft_tau1", 0.1, { kind: "soft" }],
    ["timm_soft_tau3", 0, { kind: "soft", temperature: 3, divisor: "images" }],
  ] as const)("%s", async (name, smoothing, options) => {
    const base = crossEntropy({ smoothing });
    const loss = (x: Tensor, y: Tensor) =>
      add(mul(base(x as Tensor2D, labels), 0.5), mul(distillationLoss(y as Tensor2D, teacher, options), 0.5));
    await expect(loss(logits, other)).toBeAllClose(goldens.get(`${name}/loss`), tight);
    const [slope, ofOther] = grads(loss)([logits, other]);
    await expect(slope!).toBeAllClose(goldens.get(`${name}/dlogits`), tight);
    await expect(ofOther!).toBeAllClose(goldens.get(`${name}/dlogits_dist`), tight);
  });
});

test("large logits of a binary cross entropy neither overflow nor lose their digits", async () => {
  const huge = tensor2d([[1000, -1000, 1000, -1000]]);
  const targets = tensor2d([[1, 0, 0, 1]]);
  await expect(binaryCrossEntropy()(huge, targets)).toBeAllClose(500);
  const [slope] = grads((x: Tensor) => binaryCrossEntropy()(x as Tensor2D, targets))([huge]);
  await expect(slope!).toBeAllClose([[0, 0, 0.25, -0.25]]);
  const random = seeded(1);
  await checkGradients((x) => binaryCrossEntropy({ smoothing: 0.2 })(x as Tensor2D, labels), [random.normals([4, 10])]);
});

/** A distilled model, as far as a loss sees it. */
class TwoHeads extends Module {
  readonly head = new Linear(3, 10);
  readonly headDist: Linear | undefined;

  constructor(distilled: boolean) {
    super();
    this.headDist = distilled ? new Linear(3, 10) : undefined; // at head_dist, as timm's
  }

  forward(images: Tensor): Tensor2D {
    return this.head.forward(images as Tensor2D);
  }

  forwardDistilled(images: Tensor): { token: Tensor2D; distillation: Tensor2D } {
    return { token: this.forward(images), distillation: this.headDist!.forward(images as Tensor2D) };
  }
}

test.each([true, false])("distils into a head of its own where there is one: %s", async (distilled) => {
  const model = new TwoHeads(distilled).init(1);
  const images = seeded(2).normals([4, 3]) as never;
  let asked = 0;
  const teach = (given: Tensor): Tensor2D => {
    asked++;
    expect(given).toBe(images);
    return mul(teacher, ones([4, 10]));
  };
  const objective = distillation(model, teach, { alpha: 0.25, loss: crossEntropy({ smoothing: 0.1 }) });
  const batch = { images, targets: labels };
  const { value, gradients } = gradientsOf(model.params(), () => objective(batch, { training: true }));
  const told = distilled ? model.forwardDistilled(images).distillation : model.forward(images);
  const expected = add(
    mul(crossEntropy({ smoothing: 0.1 })(model.forward(images), labels), 0.75),
    mul(distillationLoss(told, teacher), 0.25),
  );
  await expect(value).toBeAllClose(expected, tight);
  expect(asked).toBe(1);
  expect([...gradients.keys()]).toEqual([...model.params().keys()]);
  await expectNoLeak(() => objective(batch, {}).dispose());
});

test("targets of another batch are an error", () => {
  expect(() => crossEntropy()(zeros([2, 3]) as Tensor2D, labels)).toThrow("softmaxCrossEntropy: expected labels [2]");
});
