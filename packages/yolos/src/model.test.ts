// What holds of any YOLOS.
import { type Tensor, type Tensor4D, slice, variableGrads } from "@tensorflow/tfjs-core";
import { ShapeError, summarize } from "@tessera/core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import type { YolosConfig } from "./config.ts";
import { Yolos } from "./model.ts";

const config: YolosConfig = {
  imageSize: [16, 25],
  patchSize: 8,
  width: 8,
  depth: 2,
  heads: 2,
  mlpDim: 12,
  classes: 2,
  queries: 3,
  midPositions: true,
};
const small = () => new Yolos(config).init(1);
const images = () => seeded(5).normals([2, 20, 33, 3]) as Tensor4D;
const targets = [
  { labels: [1], boxes: [0.5, 0.5, 0.2, 0.4] },
  { labels: [], boxes: [] },
];

test("takes pictures of any size, and what is beyond whole patches is not seen", async () => {
  using model = small();
  const given = images();
  const { logits, boxes } = model.forward(given);
  expect([logits.shape, boxes.shape]).toEqual([
    [2, 3, 3],
    [2, 3, 4],
  ]);
  await expect(model.forward(slice(given, [0, 0, 0, 0], [2, 16, 32, 3])).logits).toBeAllClose(logits);
  expect(() => model.forward(slice(given, [0, 0, 0, 0], [2, 7, 32, 3]))).toThrow(ShapeError);
  expect(() => new Yolos({ ...config, heads: 3 })).toThrow(ShapeError);
});

test("finds a box for each detection token, in pixels of the picture as it was", async () => {
  using model = small();
  const found = await model.detect(images(), { originals: [[100, 200], [30, 40]] }); // prettier-ignore
  expect(found.map(({ labels }) => labels.length)).toEqual([3, 3]);
  const { boxes } = model.forward(images());
  const [cx] = await boxes.data();
  expect((found[0]!.boxes[0]! + found[0]!.boxes[2]!) / 2).toBeCloseTo(200 * cx!, 3);
  await expect(model.detect(images(), { originals: [] })).rejects.toThrow("expected the sizes of 2 pictures");
});

test("its loss reaches every parameter", async () => {
  using model = small();
  const given = images();
  const { grads } = variableGrads(() => model.loss(given, targets));
  for (const [path, param] of model.params()) {
    const slope = await (grads[param.value.name] as Tensor).data();
    expect(slope.every(Number.isFinite), path).toBe(true);
  }
  expect(Object.keys(grads)).toHaveLength(model.params().size);
});

test("a summary counts its parts", () => {
  const { params, macs } = summarize(new Yolos(config), [1, 16, 25, 3]);
  expect(params).toBe(new Yolos(config).paramCount);
  expect(macs).toBeGreaterThan(params);
});

test("leaves nothing behind", async () => {
  using model = small();
  const given = images();
  await expectNoLeak(() => model.detect(given, { originals: [[8, 8], [9, 9]] }), { runs: 2 }); // prettier-ignore
});
