import { type Tensor4D, type Tensor2D, matMul, reshape } from "@tensorflow/tfjs-core";
import { readGoldens, restore, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { resize } from "../ops/resize.ts";
import { PatchEmbed } from "./patch-embed.ts";
import { resizePatchKernel } from "./patch-kernel.ts";

const goldens = await readGoldens(new URL("../__fixtures__/layers.safetensors", import.meta.url));
const stored = goldens.get("kernel/stored");
const kernel = stored.data as Float32Array;

const sizes = [
  [6, 6],
  [3, 5],
  [2, 2],
] as const;
const cases = (["bilinear", "bicubic_antialias"] as const).flatMap((method) => sizes.map((size) => ({ method, size })));

test.each(cases)("$method 4×4 to $size is numpy's pseudo-inverse of torch's resize", async ({ method, size }) => {
  const data = resizePatchKernel(kernel, [4, 4], size, method);
  await expect({ shape: [2, 3, ...size], data }).toBeAllClose(goldens.get(`kernel/${method}/${size.join("x")}`));
});

test("its own size changes nothing", async () => {
  await expect(resizePatchKernel(kernel, [4, 4], [4, 4], "bicubic_antialias")).toBeAllClose([...kernel]);
});

test("enlarged, it answers to enlarged patches as before", async () => {
  const patches = seeded(1).normals([5, 4, 4, 3]) as Tensor4D;
  const larger = resize(patches, [7, 6], "bilinear");
  const answer = (x: Tensor4D, weights: ArrayLike<number>) => {
    const [b, h, w, c] = x.shape;
    const perChannel = Float32Array.from(
      { length: h * w * c },
      (_, at) => weights[(at % c) * h * w + Math.floor(at / c)]!,
    );
    return matMul(reshape(x, [b, h * w * c]), restore({ shape: [h * w * c, 1], data: perChannel }) as Tensor2D);
  };
  const first = kernel.subarray(0, 48); // one output: [3, 4, 4]
  const resized = resizePatchKernel(first, [4, 4], [7, 6], "bilinear");
  await expect(answer(larger, resized)).toBeAllClose(answer(patches, first));
});

test("a patch embedding loads kernels of other patch sizes when it is told how, and refuses them otherwise", async () => {
  const weights = { "proj.weight": restore(stored), "proj.bias": restore({ shape: [2], data: Float32Array.of(1, 2) }) };
  const config = { imageSize: 12, patchSize: 6, width: 2 };
  using embed = await new PatchEmbed({ ...config, patchKernel: "bilinear" }).load(weights);
  await expect(embed.proj.weight.value).toBeAllClose(goldens.get("kernel/bilinear/6x6"));
  await expect(new PatchEmbed(config).load(weights)).rejects.toThrow(
    "proj.weight: expected [2, 3, 6, 6], got [2, 3, 4, 4]",
  );
  const grey = new PatchEmbed({ ...config, channels: 1, patchKernel: "bilinear" });
  await expect(grey.load(weights)).rejects.toThrow("proj.weight: expected [2, 1, 6, 6], got [2, 3, 4, 4]");
});
