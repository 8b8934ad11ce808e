// The losses and their gradients against the official ones in float64.
import { type Tensor, type Tensor4D, grads, transpose } from "@tensorflow/tfjs-core";
import { ShapeError } from "@tessera/core";
import { channelsLast, expectNoLeak, readGoldens, restore, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { type StyleViews, styleLoss, styleLosses } from "./style-losses.ts";
import { LossVgg } from "./vgg.ts";

const goldens = await readGoldens(new URL("../__fixtures__/stytr2_losses.safetensors", import.meta.url));
const map = (name: string) => channelsLast(restore(goldens.get(name)));
const features = (name: string) => [0, 1, 2, 3, 4].map((i) => map(`features/${name}/${i}`));

function views(): StyleViews {
  const seen = (name: string) => ({ picture: map(`images/${name}`), features: features(name) });
  return {
    content: seen("content"),
    style: seen("style"),
    stylised: { features: features("stylised") },
    contentAgain: seen("content_again"),
    styleAgain: seen("style_again"),
  };
}

test("are the official ones, each and weighted", async () => {
  const losses = styleLosses(views());
  for (const part of ["content", "style", "identity1", "identity2"] as const)
    await expect(losses[part], part).toBeAllClose(goldens.get(`loss/${part}`), { rtol: 1e-4 });
  await expect(styleLoss(views())).toBeAllClose(goldens.get("loss/total"), { rtol: 1e-4 });
});

test("have the official gradients", async () => {
  const given = views();
  const names = [
    ...[0, 1, 2, 3, 4].map((i) => `features/stylised/${i}`),
    ...[0, 1, 2, 3, 4].map((i) => `features/content_again/${i}`),
    ...[0, 1, 2, 3, 4].map((i) => `features/style_again/${i}`),
    "images/content_again",
    "images/style_again",
  ];
  const loss = grads((...inputs: Tensor[]) => {
    const maps = inputs as Tensor4D[];
    return styleLoss({
      ...given,
      stylised: { features: maps.slice(0, 5) },
      contentAgain: { features: maps.slice(5, 10), picture: maps[15]! },
      styleAgain: { features: maps.slice(10, 15), picture: maps[16]! },
    });
  });
  const slopes = loss(names.map(map));
  for (const [i, name] of names.entries())
    await expect(transpose(slopes[i]!, [0, 3, 1, 2]), name).toBeAllClose(goldens.get(`grads/${name}`), {
      rtol: 1e-3,
      atol: 1e-5,
    });
});

test("ask for as many features of each", () => {
  const given = views();
  expect(() => styleLoss({ ...given, stylised: { features: given.stylised.features.slice(1) } })).toThrow(ShapeError);
});

test("the loss network has AdaIN's sizes, and halves odd sides upwards", async () => {
  using vgg = new LossVgg();
  expect(vgg.paramCount).toBe(12_944_972);
  expect([...vgg.params().keys()].slice(0, 4)).toEqual(["0.weight", "0.bias", "2.weight", "2.bias"]);
  vgg.init(0, (_, { shape }) => (_random, size) => {
    const [, inputs = 1, rows = 1, columns = 1] = shape;
    return new Float32Array(size.reduce((a, b) => a * b, 1)).fill(
      shape.length === 4 ? 1 / (inputs * rows * columns) : 0,
    );
  });
  const images = seeded(1).normals([1, 18, 23, 3]) as Tensor4D;
  await expectNoLeak(() => {
    const seen = vgg.features(images);
    expect(seen.map(({ shape }) => shape.join())).toEqual(["1,18,23,64", "1,9,12,128", "1,5,6,256", "1,3,3,512", "1,2,2,512"]); // prettier-ignore
    for (const one of seen) one.dispose();
  });
});
