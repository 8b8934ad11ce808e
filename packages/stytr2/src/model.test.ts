// What holds of any StyTr2.
import { type Tensor4D, slice } from "@tensorflow/tfjs-core";
import { ShapeError, summarize } from "@tessera/core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import inventory from "./__fixtures__/inventory.json" with { type: "json" };
import { StyTr2 } from "./model.ts";

const config = { width: 16, heads: 2, mlpDim: 16, encoderDepth: 1, decoderDepth: 1, drawingWidths: [8, 8, 4] } as const;
const pictures = (height: number, width: number, batch = 1) =>
  seeded(height + width).normals([batch, height, width, 3]) as Tensor4D;

test("the published one has the official names, shapes and count", () => {
  const { params, shapes } = inventory.stytr2;
  const model = new StyTr2();
  expect(Object.fromEntries([...model.params()].map(([path, { shape }]) => [path, [...shape]]))).toEqual(shapes);
  expect(model.paramCount).toBe(params);
  // 61.0 G at 256 pixels, of which attention's products of tokens with tokens.
  expect(summarize(model, [1, 256, 256, 3]).macs / 1e9).toBeCloseTo(61, 0);
});

test("draws content of any size in whole patches in the style of a picture of another", async () => {
  using model = new StyTr2(config).init(1);
  const content = pictures(24, 40, 2);
  const drawn = model.forward(content, {}, pictures(16, 32, 2));
  expect(drawn.shape).toEqual([2, 24, 40, 3]);
  const alone = model.forward(slice(content, [1, 0, 0, 0], [1, -1, -1, -1]), {}, slice(pictures(16, 32, 2), [1, 0, 0, 0], [1, -1, -1, -1])); // prettier-ignore
  await expect(alone).toBeAllClose(slice(drawn, [1, 0, 0, 0], [1, -1, -1, -1]), { rtol: 1e-4, atol: 1e-5 });
  expect(model.config.width).toBe(16);
});

test("refuses what does not fit", () => {
  using model = new StyTr2(config).init(1);
  expect(() => model.forward(pictures(24, 20), {}, pictures(16, 16))).toThrow(ShapeError);
  expect(() => model.forward(pictures(24, 8), {}, pictures(16, 16))).toThrow(
    "StyTr2 content: expected pictures of 16 pixels a side or more, got 24×8",
  );
  expect(() => model.forward(pictures(24, 24), {}, pictures(16, 16, 2))).toThrow(ShapeError);
  expect(() => new StyTr2({ ...config, heads: 3 })).toThrow(ShapeError);
});

test("leaves nothing behind", async () => {
  using model = new StyTr2(config).init(1);
  const [content, style] = [pictures(16, 16), pictures(24, 16)];
  await expectNoLeak(() => model.forward(content, {}, style).dispose());
});
