import { type Tensor4D, randomNormal } from "@tensorflow/tfjs-core";
import { capture } from "@tessera/core";
import { expectNoLeak } from "@tessera/testing";
import { expect, test } from "vitest";
import { SmallVit } from "../__fixtures__/small-vit.ts";
import { channelMaps } from "./channel-maps.ts";

const model = new SmallVit({ imageSize: 16, patchSize: 4, width: 12, depth: 3, heads: 2, classes: 3 }).init(3);
const image: Tensor4D = randomNormal([1, 16, 16, 3], 0, 1, "float32", 5);

test("channels of a block's patches as maps, those that vary most first", async () => {
  const [first, ...others] = await channelMaps(model, image, { channels: 4 });
  expect([first, ...others].map((one) => one!.block)).toEqual([0, 1, 2]);
  expect(first!.path).toBe("blocks.0");
  const tokens = (await capture(model, image, ["blocks.0"])["blocks.0"]!.array()) as number[][][];
  const patches = tokens[0]!.slice(1);
  for (const { index, map } of first!.channels) {
    expect([map.rows, map.columns]).toEqual([4, 4]);
    for (const [patch, value] of map.values.entries()) expect(value).toBeCloseTo(patches[patch]![index]!, 5);
  }
  const variances = first!.channels.map(({ map: { values } }) => {
    const mean = values.reduce((a, b) => a + b, 0) / 16;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  });
  expect(variances).toEqual([...variances].sort((a, b) => b - a));
});

test("refuses a block that there is not, and leaves no tensor", async () => {
  const [last] = await channelMaps(model, image, { blocks: [-1], channels: 1 });
  expect(last).toMatchObject({ path: "blocks.2", block: 2 });
  await expect(channelMaps(model, image, { blocks: [3] })).rejects.toThrow("expected a block from 0 to 2, got 3");
  await expectNoLeak(() => channelMaps(model, image));
});
