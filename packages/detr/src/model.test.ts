// What holds of any DETR, on one with a backbone of its own.
import { type Tensor, type Tensor4D, slice, variableGrads } from "@tensorflow/tfjs-core";
import { Conv2d, type Context, Module, Random, ShapeError, TesseraError, capture } from "@tessera/core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { Detr } from "./model.ts";

/** One convolution in steps of eight. */
class Map8 extends Module {
  readonly conv = new Conv2d({ inputs: 3, outputs: 6, size: 8, stride: 8 });

  featureMaps(images: Tensor4D, _levels?: readonly number[], ctx: Context = {}): Tensor4D[] {
    return [this.conv.forward(images, ctx, "relu")];
  }
}

const sizes = { classes: 2, queries: 3, width: 8, heads: 2, encoderDepth: 1, decoderDepth: 2, mlpDim: 12 };
const small = (dropout = 0) => new Detr({ ...sizes, dropout }, { body: new Map8(), channels: 6, reduction: 8 }).init(1);
const images = () => seeded(5).normals([2, 24, 32, 3]) as Tensor4D;
const targets = [
  { labels: [1], boxes: [0.5, 0.5, 0.2, 0.4] },
  { labels: [], boxes: [] },
];

test("a picture gives the same alone and padded in a batch", async () => {
  using model = small();
  const batch = images();
  const picture = slice(batch, [1, 0, 0, 0], [1, 16, 32, 3]);
  const frame = slice(batch, [1, 0, 0, 0], [1, -1, -1, -1]);
  const alone = model.forward(picture);
  const padded = model.forward(frame, {}, { sizes: [[16, 32]] });
  await expect(padded.logits).toBeAllClose(alone.logits, { rtol: 1e-4, atol: 1e-5 });
  await expect(padded.boxes).toBeAllClose(alone.boxes, { rtol: 1e-4, atol: 1e-5 });
  const whole = model.forward(frame, {}, { sizes: [[24, 32]] });
  await expect(whole.logits).toBeAllClose(model.forward(frame).logits);
});

test("its loss reaches every parameter, with dropout too, which needs a random source", async () => {
  using model = small(0.1);
  const batch = images();
  const { grads } = variableGrads(() => model.loss(batch, targets, { training: true, random: new Random(1) }));
  for (const [path, param] of model.params()) {
    const slope = await (grads[param.value.name] as Tensor).data();
    expect(slope.every(Number.isFinite), path).toBe(true);
  }
  expect(Object.keys(grads)).toHaveLength(model.params().size);
  expect(() => model.forward(batch, { training: true })).toThrow(TesseraError);
});

test("shows where each query looks, and the parts of its layers under their own names", () => {
  using model = small();
  const layer = "transformer.decoder.layers.1";
  const seen = capture(model, images(), [`${layer}.multihead_attn.weights`, `${layer}.linear1`, "backbone.0.body"]);
  expect(seen[`${layer}.multihead_attn.weights`]!.shape).toEqual([2, 2, 3, 12]);
  expect(seen[`${layer}.linear1`]!.shape).toEqual([2, 3, 12]);
});

test("refuses sizes that do not fit", () => {
  using model = small();
  const batch = images();
  expect(() => model.forward(batch, {}, { sizes: [[24, 32]] })).toThrow(
    "Detr: expected the sizes of 2 pictures, got 1",
  );
  const larger = () =>
    model.forward(
      batch,
      {},
      {
        sizes: [
          [24, 32],
          [25, 32],
        ],
      },
    );
  expect(larger).toThrow("Detr: expected pictures of 1 to 24 pixels a side in this frame, got 25");
  expect(larger).toThrow(ShapeError);
  expect(() => new Detr({ ...sizes, heads: 3 }, { body: new Map8(), channels: 6, reduction: 8 })).toThrow(ShapeError);
});

test("leaves nothing behind", async () => {
  using model = small();
  const batch = images();
  await expectNoLeak(() => {
    for (const { logits, boxes } of [
      model.forward(batch),
      ...model.layers(
        batch,
        {},
        {
          sizes: [
            [24, 32],
            [8, 9],
          ],
        },
      ),
    ]) {
      logits.dispose();
      boxes.dispose();
    }
  });
});
