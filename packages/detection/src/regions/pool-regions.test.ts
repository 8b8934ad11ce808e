// Pooling over a pyramid against detectron2's ROIPooler (PyTorch, float64): levels, values and the gradient of every map.
import { type Tensor, type Tensor2D, type Tensor4D, concat, grads, tensor1d, tensor2d } from "@tensorflow/tfjs-core";
import { channelsLast, expectNoLeak, readGoldens, restore } from "@tessera/testing";
import { expect, test } from "vitest";
import { levelsOf, poolRegions } from "./pool-regions.ts";
import { joinMaps } from "./pyramid.ts";

const goldens = await readGoldens(new URL("../__fixtures__/regions.safetensors", import.meta.url));
const names = ["p2", "p3", "p4", "p5"];
const strides = [4, 8, 16, 32];
const exact = { rtol: 1e-4, atol: 1e-5 };

const mapsIn = (prefix: string) => names.map((name) => channelsLast(restore(goldens.get(prefix + name))));
const boxes = () => concat([0, 1].map((i) => restore(goldens.get(`levels/boxes.${i}`)) as Tensor2D));
const pictures = () => tensor1d([0, 0, 0, 0, 1, 1, 1, 1, 1], "int32");
const pool = (...maps: Tensor[]) =>
  poolRegions(joinMaps(maps as Tensor4D[], strides), boxes(), pictures(), { size: 7, sampling: 2 });

test("a box is taken from the map of its size", async () => {
  const from = (name: string) => [...goldens.get(name).data].map((level) => level - 2);
  expect([...(await levelsOf(boxes(), 4).data())]).toEqual(from("levels/level"));
  const sides = [...goldens.get("levels/side").data].flatMap((side) => [0, 0, side, side]);
  expect([...(await levelsOf(tensor2d(sides, [sides.length / 4, 4]), 4).data())]).toEqual(from("levels/side_level"));
  const odd = tensor2d([[0, 0, Number.NaN, 9], [5, 5, 0, 9]]); // prettier-ignore
  expect([...(await levelsOf(odd, 4).data())]).toEqual([0, 0]);
  expect([...(await levelsOf(odd, 1).data())]).toEqual([0, 0]);
});

test("regions are those of detectron2, and so is the gradient of every map", async () => {
  await expect(pool(...mapsIn("levels/"))).toBeAllClose(channelsLast(restore(goldens.get("levels/out"))), exact);
  const slopes = grads(pool)(mapsIn("levels/"), channelsLast(restore(goldens.get("levels/probe"))));
  for (const [i, expected] of mapsIn("levels/grads/").entries()) await expect(slopes[i]).toBeAllClose(expected, exact);
});

test("leaves nothing behind", async () => {
  const [maps, at, of] = [mapsIn("levels/"), boxes(), pictures()];
  const pyramid = joinMaps(maps, strides);
  await expectNoLeak(() => poolRegions(pyramid, at, of, { size: 2, sampling: 1 }).dispose());
});
