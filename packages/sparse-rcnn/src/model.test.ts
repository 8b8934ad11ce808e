// What holds of any Sparse R-CNN, on one with a backbone of its own.
import { type Tensor, type Tensor4D, pad, slice, tensor3d, variableGrads } from "@tensorflow/tfjs-core";
import { Conv2d, type Context, Module, ShapeError, repeat } from "@tessera/core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import type { PyramidBackbone } from "./backbone.ts";
import { detections } from "./detections.ts";
import { SparseRcnn } from "./model.ts";

/** Four convolutions in steps of two behind one. */
class Maps extends Module {
  readonly convs = repeat(5, (i) => new Conv2d({ inputs: i === 0 ? 3 : 4, outputs: 4, size: 2, stride: 2 }));

  featureMaps(images: Tensor4D, _levels?: readonly number[], ctx: Context = {}): Tensor4D[] {
    let x = images;
    return this.convs.map((conv) => (x = conv.forward(x, ctx, "relu"))).slice(1);
  }
}

const backbone = (): PyramidBackbone => ({ body: new Maps(), channels: [4, 4, 4, 4] });
const config = { classes: 2, proposals: 3, stages: 2, width: 8, heads: 2, mlpDim: 12, dynamicWidth: 4 };
const small = () => new SparseRcnn(config, backbone()).init(1);
const images = () => seeded(5).normals([2, 64, 96, 3]) as Tensor4D;
const targets = [
  { labels: [1], boxes: [0.5, 0.5, 0.2, 0.4] },
  { labels: [], boxes: [] },
];

test("begins with boxes of the whole picture and few objects", async () => {
  using model = small();
  const given = images();
  const { logits, boxes } = model.forward(given, {}, { sizes: [[64, 96], [40, 50]] }); // prettier-ignore
  expect([logits.shape, boxes.shape]).toEqual([
    [2, 3, 2],
    [2, 3, 4],
  ]);
  expect([...(await model.initProposalBoxes.rows.data())].slice(0, 4)).toEqual([0.5, 0.5, 1, 1]);
  const bias = await model.head.headSeries[1]!.classLogits.bias!.value.data();
  expect(1 / (1 + Math.exp(-bias[0]!))).toBeCloseTo(0.01, 6);
});

test("pictures of any size are padded to whole places, as zeros below and beside them", async () => {
  using model = small();
  const whole = images();
  const cut = slice(whole, [0, 0, 0, 0], [1, 33, 50, 3]);
  const { logits } = model.forward(cut);
  expect(logits.shape).toEqual([1, 3, 2]);
  const again = model.forward(pad(cut, [[0, 0], [0, 31], [0, 14], [0, 0]]), {}, { sizes: [[33, 50]] }); // prettier-ignore
  await expect(again.logits).toBeAllClose(logits);
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

test("a box may come with several classes, is clipped, and goes when nothing of it is left", async () => {
  const logits = tensor3d([[[3, 2], [-1, 1], [-2, -3]]]); // prettier-ignore
  const boxes = tensor3d([[[0.1, 0.5, 0.4, 2], [2, 2, 0.5, 0.5], [0.5, 0.5, 0.1, 0.1]]]); // prettier-ignore
  const [found] = await detections({ logits, boxes }, [[20, 100]]);
  expect([...found!.labels]).toEqual([0, 1]);
  await expect([...found!.boxes]).toBeAllClose([0, 0, 30, 20, 0, 0, 30, 20]);
  await expect(detections({ logits, boxes }, [])).rejects.toThrow("expected the sizes of 1 pictures");
});

test("refuses sizes that do not fit", () => {
  using model = small();
  const given = images();
  expect(() => model.forward(given, {}, { sizes: [[64, 96]] })).toThrow("SparseRcnn: expected the sizes of 2 pictures, got 1"); // prettier-ignore
  const larger = () => model.forward(given, {}, { sizes: [[64, 96], [65, 96]] }); // prettier-ignore
  expect(larger).toThrow("SparseRcnn: expected pictures of 1 to 64 × 96 pixels in this frame, got 65 × 96");
  expect(larger).toThrow(ShapeError);
  expect(() => new SparseRcnn({ ...config, heads: 3 }, backbone())).toThrow(ShapeError);
});

test("leaves nothing behind", async () => {
  using model = small();
  const given = images();
  await expectNoLeak(() => {
    for (const { logits, boxes } of model.layers(given)) {
      logits.dispose();
      boxes.dispose();
    }
  });
  await expectNoLeak(() => model.detect(given, { originals: [[8, 8], [9, 9]] }), { runs: 2 }); // prettier-ignore
});
