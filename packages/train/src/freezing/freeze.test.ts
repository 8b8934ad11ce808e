import { type Scalar, type Tensor4D, memory, square, sum } from "@tensorflow/tfjs-core";
import { Linear, type Module, registerGradients } from "@tessera/core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { SmallVit } from "../__fixtures__/small-vit.ts";
import { gradientsOf } from "../fit/gradients.ts";
import { adamW } from "../optimizers/adam.ts";
import { trainHead, trainLastBlocks } from "./freeze.ts";
import { recomputeBlocks } from "./wrap-blocks.ts";

registerGradients();
const newModel = () => new SmallVit({ imageSize: 8, patchSize: 4, width: 8, depth: 3, heads: 2, classes: 3 }).init(1);
const images = () => seeded(1).normals([2, 8, 8, 3]) as Tensor4D;
const trained = (model: Module) => [...model.params()].flatMap(([path, param]) => (param.trainable ? path : []));

/** Gradients of a step, and the bytes that lay in tensors when its forward was done. */
function step(model: SmallVit) {
  const given = images();
  const before = memory().numBytes;
  let kept = 0;
  const { value, gradients } = gradientsOf(model.params(), () => {
    const loss = sum(square(model.forward(given))) as Scalar;
    kept = memory().numBytes - before;
    return loss;
  });
  for (const used of [given, value]) used.dispose();
  return { gradients, kept };
}

test("the head alone", () => {
  const model = newModel();
  trainHead(model);
  expect(trained(model)).toEqual(["head.weight", "head.bias"]);
  const { gradients } = step(model);
  expect([...gradients.keys()]).toEqual(["head.weight", "head.bias"]);
  const optimizer = adamW(model.params());
  optimizer.step(gradients, 0.1);
  expect(optimizer.state().size).toBe(4);
  expect(() => trainHead(new Linear(2, 2))).toThrow("expected a model with a head, got Linear without; call resetHead");
});

test.each([0, 1, 2, 3])("the last %i blocks", (count) => {
  const model = newModel();
  trainLastBlocks(model, count);
  const blocks = new Set(trained(model).flatMap((path) => /^blocks\.\d/.exec(path) ?? []));
  expect([...blocks]).toEqual(["blocks.0", "blocks.1", "blocks.2"].slice(3 - count));
  expect(trained(model).filter((path) => !path.startsWith("blocks"))).toEqual(
    count === 0 ? ["head.weight", "head.bias"] : ["norm.weight", "norm.bias", "head.weight", "head.bias"],
  );
  expect([...step(model).gradients.keys()]).toEqual(trained(model));
});

test("gradients of what trains are those of the whole, and frozen blocks keep nothing for them", async () => {
  const [whole, part] = [newModel(), newModel()];
  trainLastBlocks(part, 1);
  const [all, some] = [step(whole), step(part)];
  for (const [path, gradient] of some.gradients)
    await expect(gradient, path).toBeAllClose(all.gradients.get(path)!, { rtol: 1e-4, atol: 1e-5 });
  expect(some.kept).toBeLessThan(0.6 * all.kept);
  // What trains again keeps again: a block before it may not be a constant then.
  part.setTrainable(true);
  const again = step(part);
  expect([...again.gradients.keys()]).toEqual([...all.gradients.keys()]);
  for (const [path, gradient] of again.gradients)
    await expect(gradient, path).toBeAllClose(all.gradients.get(path)!, { rtol: 1e-4, atol: 1e-5 });
});

test("a model with frozen or recomputed blocks has its paths, and gives what it gave", async () => {
  const [plain, frozen, again] = [newModel(), newModel(), newModel()];
  trainLastBlocks(frozen, 1);
  recomputeBlocks(again);
  recomputeBlocks(again);
  for (const model of [frozen, again]) {
    expect([...model.params().keys()]).toEqual([...plain.params().keys()]);
    await expect(model.forward(images())).toBeAllClose(plain.forward(images()), { rtol: 0, atol: 0 });
  }
  const [all, recomputed] = [step(plain), step(again)];
  for (const [path, gradient] of recomputed.gradients)
    await expect(gradient, path).toBeAllClose(all.gradients.get(path)!, { rtol: 0, atol: 0 });
  expect(recomputed.kept).toBeLessThan(0.4 * all.kept);
  await expectNoLeak(() => {
    for (const gradient of step(again).gradients.values()) gradient.dispose();
  });
});

test.each([-1, 1.5, 5])("refuses the last %d blocks of four layers", (count) => {
  expect(() => trainLastBlocks(newModel(), count)).toThrow(
    `trainLastBlocks: expected a whole number from 0 to 4, got ${count}`,
  );
  expect(() => recomputeBlocks(new Linear(2, 2))).toThrow("expected a model with blocks, got Linear without");
});
