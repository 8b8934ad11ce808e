// What holds of any masked autoencoder.
import { type Tensor4D, slice } from "@tensorflow/tfjs-core";
import { Random, ShapeError, TesseraError, summarize } from "@tessera/core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { maskingOf, randomMasking } from "./masking.ts";
import { Mae } from "./model.ts";

const config = { imageSize: 16, patchSize: 4, width: 16, depth: 1, heads: 2, decoderWidth: 8, decoderDepth: 1, decoderHeads: 2 }; // prettier-ignore
const images = () => seeded(3).normals([2, 16, 16, 3]) as Tensor4D;

test("sees nothing of what is hidden", async () => {
  using model = new Mae(config).init(1);
  const picture = slice(images(), [0, 0, 0, 0], [1, -1, -1, -1]);
  const masking = maskingOf([1, ...Array.from({ length: 15 }, () => 0)]);
  const other = picture.bufferSync();
  for (let y = 0; y < 4; y++) for (let x = 0; x < 4; x++) for (let c = 0; c < 3; c++) other.set(99, 0, y, x, c);
  const [a, b] = [picture, other.toTensor()].map((one) => model.forward(one as Tensor4D, {}, { masking }));
  await expect(a!).toBeAllClose(b!, { rtol: 0, atol: 0 });
});

test("a picture gives the same alone and in a batch, and its patches in any order", async () => {
  using model = new Mae(config).init(1);
  const batch = images();
  const masking = randomMasking(2, 16, 0.5, new Random(4));
  const together = model.forward(batch, {}, { masking });
  for (let picture = 0; picture < 2; picture++) {
    const kept = masking.kept.slice(picture * 8, picture * 8 + 8).sort();
    const alone = slice(batch, [picture, 0, 0, 0], [1, -1, -1, -1]);
    const predicted = model.forward(alone, {}, { masking: { pictures: 1, patches: 16, seen: 8, kept } });
    await expect(predicted).toBeAllClose(slice(together, [picture, 0, 0], [1, -1, -1]), { rtol: 1e-4, atol: 1e-5 });
  }
});

test("draws a picture of which nothing is seen, without NaN", async () => {
  using model = new Mae(config).init(1);
  const picture = slice(images(), [0, 0, 0, 0], [1, -1, -1, -1]);
  const masking = maskingOf(new Float32Array(16).fill(1));
  const predicted = await model.forward(picture, {}, { masking }).data();
  expect(predicted.every(Number.isFinite)).toBe(true);
  expect((await model.loss(picture, masking).data())[0]).toBeGreaterThan(0);
});

test("takes pictures of other sizes, with positions of their own", () => {
  using model = new Mae(config).init(1);
  const wide = seeded(3).normals([1, 8, 24, 3]) as Tensor4D;
  expect(model.forward(wide).shape).toEqual([1, 12, 48]);
  expect(model.picture(model.forward(wide), wide.shape).shape).toEqual([1, 8, 24, 3]);
});

test("tells its parts and what they cost", () => {
  const { layers, params } = summarize(new Mae(config), [1, 16, 16, 3]);
  expect(layers[0]).toMatchObject({ kind: "Mae", shape: [1, 16, 48] });
  expect(layers.map(({ path }) => path)).toContain("decoder_blocks.0.attn.qkv");
  expect(params).toBe(new Mae(config).paramCount);
});

test("refuses what does not fit", () => {
  using model = new Mae(config).init(1);
  const batch = images();
  expect(() => model.forward(batch, {}, { masking: randomMasking(1, 16, 0.5, new Random(0)) })).toThrow(ShapeError);
  expect(() => model.forward(batch, {}, { masking: randomMasking(2, 9, 0.5, new Random(0)) })).toThrow(
    "Mae: expected the masking of 2 pictures of 16 patches, got 2 of 9",
  );
  const nothing = randomMasking(2, 16, 0, new Random(0));
  expect(() => model.loss(batch, nothing)).toThrow(TesseraError);
  expect(() => new Mae({ ...config, width: 18 })).toThrow(ShapeError);
});

test("leaves nothing behind", async () => {
  using model = new Mae(config).init(1);
  const batch = images();
  const masking = randomMasking(2, 16, 0.5, new Random(0));
  await expectNoLeak(() => {
    model.forward(batch, {}, { masking }).dispose();
    model.loss(batch, masking).dispose();
  });
});
