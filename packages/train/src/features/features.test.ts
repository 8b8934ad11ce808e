import { type Tensor4D } from "@tensorflow/tfjs-core";
import { Linear, Module } from "@tessera/core";
import { expectNoLeak } from "@tessera/testing";
import { expect, test } from "vitest";
import { Small, stripes } from "../__fixtures__/stripes.ts";
import { fit } from "../fit/fit.ts";
import { evaluate } from "../metrics/evaluate.ts";
import { sgd } from "../optimizers/sgd.ts";
import { FeatureHead } from "./feature-head.ts";
import { extractFeatures, featureData } from "./feature-set.ts";

test("a head that is trained on features does in the model what it does on them", async () => {
  using model = new Small().init(2);
  const [set, judged] = [await extractFeatures(model, stripes(60), { batchSize: 16 }), stripes(30, { seed: 1 })];
  expect([set.width, set.labels.length, set.values.length]).toEqual([8, 60, 480]);
  using learner = new FeatureHead(8, 3).init(0);
  const optimizer = sgd(learner.params(), { momentum: 0.9 });
  const before = await evaluate(model, judged);
  await fit(learner, featureData(set, { training: true }), { epochs: 30, batchSize: 20, optimizer, rate: 0.3 });
  optimizer.dispose();
  const onFeatures = await evaluate(learner, featureData(await extractFeatures(model, judged)));
  learner.copyTo(model);
  const after = await evaluate(model, judged);
  expect(after.confusion).toEqual(onFeatures.confusion);
  expect(after.loss).toBeCloseTo(onFeatures.loss, 5);
  expect(after.top1).toBeGreaterThan(before.top1);
  expect(after.top1).toBeGreaterThan(0.8);
});

test("orders features by seed and epoch for a training, and leaves them in order for an evaluation", async () => {
  const set = {
    classes: ["a", "b"],
    values: Float32Array.of(0, 1, 2, 3, 4),
    width: 1,
    labels: Int32Array.of(0, 1, 0, 1, 0),
  };
  const indices = async (training: boolean, epoch: number, from = 0) => {
    const found: number[][] = [];
    for await (const batch of featureData(set, { training }).batches({ epoch, batchSize: 2, from })) {
      expect([...batch.images]).toEqual([...batch.indices]);
      found.push([...batch.indices]);
    }
    return found;
  };
  expect(await indices(false, 3)).toEqual([[0, 1], [2, 3], [4]]); // prettier-ignore
  const first = await indices(true, 0);
  expect(first.map(({ length }) => length)).toEqual([2, 2]);
  expect(await indices(true, 0)).toEqual(first);
  expect(await indices(true, 0, 1)).toEqual(first.slice(1));
  expect([await indices(true, 1), await indices(true, 2)]).not.toEqual([first, first]);
});

test("gives both heads of a distilled model the same values, and refuses a model without", async () => {
  class Two extends Module {
    override readonly headPaths = ["head", "head_dist"];
    readonly head = new Linear(8, 3);
    readonly headDist = new Linear(8, 3);
  }
  using learner = new FeatureHead(8, 3).init(0);
  learner.head.weight.set(Float32Array.from({ length: 24 }, (_, i) => i));
  using model = new Two().init(1);
  learner.copyTo(model);
  for (const { weight } of [model.head, model.headDist]) expect((await weight.value.data())[23]).toBe(23);
  expect(() => learner.copyTo(new Linear(8, 3))).toThrow(
    "FeatureHead.copyTo: expected a model with a head, got Linear without",
  );
});

test("leaves no tensor behind", async () => {
  using model = new Small().init(2);
  await expectNoLeak(() =>
    extractFeatures({ embed: (images: Tensor4D) => model.embed(images) }, stripes(9), { batchSize: 4 }),
  );
});
