// Values and gradients against PyTorch's convolution are in layers.goldens.test.ts.
import { type Tensor4D, zeros } from "@tensorflow/tfjs-core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { capture } from "../capture.ts";
import { ShapeError } from "../errors.ts";
import { PatchEmbed } from "./patch-embed.ts";

test("has a convolution's parameters at timm's paths", () => {
  const shapes = (embed: PatchEmbed) =>
    Object.fromEntries([...embed.params()].map(([path, { shape }]) => [path, shape]));
  expect(shapes(new PatchEmbed({ imageSize: 32, patchSize: [8, 4], width: 5, channels: 2, norm: true }))).toEqual({
    "proj.weight": [5, 2, 8, 4],
    "proj.bias": [5],
    "norm.weight": [5],
    "norm.bias": [5],
  });
  expect(shapes(new PatchEmbed({ imageSize: 32, patchSize: 8, width: 5, bias: false }))).toEqual({
    "proj.weight": [5, 3, 8, 8],
  });
});

describe("grid", () => {
  test("of whole patches side by side", () => {
    const embed = new PatchEmbed({ imageSize: [32, 48], patchSize: [8, 16], width: 4 });
    expect(embed.grid).toEqual([4, 3]);
    expect(embed.gridOf([8, 16])).toEqual([1, 1]);
  });

  test("leaves out what its own size has beyond whole patches, and refuses other sizes that are no whole patches", () => {
    expect(new PatchEmbed({ imageSize: 225, patchSize: 16, width: 4 }).grid).toEqual([14, 14]);
    const embed = new PatchEmbed({ imageSize: 32, patchSize: 16, width: 4 }).init(1);
    const message = "PatchEmbed: expected an image size divisible by the patch 16×16, got 32×40; resize or crop it";
    expect(() => embed.forward(zeros([1, 32, 40, 3]) as Tensor4D)).toThrow(message);
    expect(() => embed.gridOf([0, 16])).toThrow(ShapeError);
    expect(() => new PatchEmbed({ imageSize: 8, patchSize: 16, width: 4 })).toThrow(ShapeError);
    embed.dispose();
  });

  test("padding may make patches whole; overlapping ones need not be", () => {
    expect(new PatchEmbed({ imageSize: 30, patchSize: 16, padding: 1, width: 4 }).grid).toEqual([2, 2]);
    expect(new PatchEmbed({ imageSize: [56, 57], patchSize: 7, stride: 4, padding: 3, width: 4 }).grid).toEqual([
      14, 15,
    ]);
    expect(() => new PatchEmbed({ imageSize: 3, patchSize: 7, stride: 4, padding: 1, width: 4 })).toThrow(ShapeError);
  });
});

test("refuses images of other channels", () => {
  using embed = new PatchEmbed({ imageSize: 8, patchSize: 4, width: 4 }).init(1);
  expect(() => embed.forward(zeros([1, 8, 8, 1]) as Tensor4D)).toThrow(
    "PatchEmbed: expected shape [b, h, w, 3], got [1, 8, 8, 1]",
  );
});

test("the norm comes after the projection, and is offered", async () => {
  using embed = new PatchEmbed({ imageSize: 8, patchSize: 4, width: 4, norm: true, epsilon: 1e-5 }).init(1);
  const images = seeded(1).normals([2, 8, 8, 3]) as Tensor4D;
  const seen = capture(embed, images, ["norm"]);
  await expect(seen["norm"]!).toBeAllClose(embed.forward(images));
  expect(embed.norm!.epsilon).toBe(1e-5);
});

test("leaks nothing", async () => {
  using embed = new PatchEmbed({ imageSize: 8, patchSize: 4, stride: 2, padding: 1, width: 4, norm: true }).init(1);
  const images = zeros([2, 8, 8, 3]) as Tensor4D;
  await expectNoLeak(() => embed.forward(images).dispose());
});
