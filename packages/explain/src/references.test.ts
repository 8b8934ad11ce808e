// Every method against values that were computed apart from our code, on the tiny ViT of packages/vit.
import { type Tensor, type Tensor4D, slice, transpose, zerosLike } from "@tensorflow/tfjs-core";
import { expectNoLeak, readFixture, readGoldens, restore } from "@tessera/testing";
import { expect, test } from "vitest";
import { SmallVit } from "./__fixtures__/small-vit.ts";
import { attentionDistance } from "./attention/attention-distance.ts";
import { attentionMaps } from "./attention/attention-maps.ts";
import { gradientRollout, relevance } from "./attention/relevance.ts";
import { attentionRollout } from "./attention/rollout.ts";
import { gradCam } from "./attribution/grad-cam.ts";
import { integratedGradients, perPatch } from "./attribution/integrated-gradients.ts";
import { occlusion } from "./attribution/occlusion.ts";
import { positionSimilarity } from "./embedding/position-similarity.ts";
import type { Heatmap } from "./heatmap.ts";

const goldens = await readGoldens(new URL("../../vit/src/__fixtures__/vit.safetensors", import.meta.url));
const text = new TextDecoder().decode(await readFixture(new URL("./__fixtures__/references.json", import.meta.url)));
const { target, ...references } = JSON.parse(text) as { target: number } & Record<string, number[][]>;

const model = new SmallVit({ imageSize: 32, patchSize: 8, width: 48, depth: 3, heads: 3, classes: 10 });
const weights = [...goldens.tensors].filter(([key]) => key.startsWith("weights/"));
await model.load(Object.fromEntries(weights.map(([key, value]) => [key.slice("weights/".length), restore(value)])));
const images = transpose(restore(goldens.get("input")) as Tensor, [0, 2, 3, 1]) as Tensor4D;

async function expectMaps(got: readonly Heatmap[], name: string, tolerance = { rtol: 1e-4, atol: 1e-6 }) {
  const wanted = references[name]!;
  expect(got.map(({ rows, columns }) => [rows, columns])).toEqual(wanted.map(() => [4, 4]));
  for (const [i, { values }] of got.entries())
    await expect({ shape: [16], data: values }).toBeAllClose(
      { shape: [16], data: Float32Array.from(wanted[i]!) },
      tolerance,
    );
}

test("attention rollout: with and without the identity, heads fused by the largest, half of the weights left out", async () => {
  const maps = await attentionMaps(model, images);
  expect(maps).toMatchObject({ images: 2, tokens: 17, prefix: 1, grid: [4, 4] });
  expect(maps.blocks.map(({ path, heads }) => [path, heads])).toEqual([0, 1, 2].map((i) => [`blocks.${i}.attn`, 3]));
  await expectMaps(attentionRollout(maps), "rollout");
  await expectMaps(attentionRollout(maps, { identity: false }), "rollout_raw");
  await expectMaps(attentionRollout(maps, { fusion: "max", discard: 0.5 }), "rollout_max_discard");
});

test("relevance and gradient-weighted rollout of a class", async () => {
  await expectMaps(await relevance(model, images, { target }), "relevance");
  await expectMaps(await gradientRollout(model, images, { target }), "gradient_rollout");
});

test("Grad-CAM on tokens", async () => {
  await expectMaps(await gradCam(model, images, { target }), "grad_cam", { rtol: 1e-3, atol: 1e-6 });
  await expectMaps(await gradCam(model, images, { target, at: "blocks.2.norm1" }), "grad_cam", {
    rtol: 1e-3,
    atol: 1e-6,
  });
});

test("integrated gradients, which add up to the difference of the answers", async () => {
  const maps = await integratedGradients(model, images, { target, steps: 8 });
  await expectMaps(maps.map((map) => perPatch(map, 8)), "integrated", { rtol: 1e-3, atol: 1e-5 }); // prettier-ignore
  const [fine] = await integratedGradients(model, images, { target, steps: 32 });
  const score = async (pictures: Tensor4D) => (await model.forward(pictures).data())[target]!;
  const difference = (await score(images)) - (await score(zerosLike(images)));
  expect(fine!.values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(difference, 3);
});

test("occlusion", async () => {
  const maps: Heatmap[] = [];
  for (const i of [0, 1]) {
    const one = slice(images, [i, 0, 0, 0], [1, -1, -1, -1]);
    maps.push(await occlusion(model, one, { target, size: 8, batchSize: 5 }));
  }
  await expectMaps(maps, "occlusion", { rtol: 1e-3, atol: 1e-5 });
});

test("attention distance and the likeness of positions", async () => {
  const distances = attentionDistance(await attentionMaps(model, images), 8);
  expect(distances.map(({ block, head }) => [block, head])).toEqual(
    [0, 1, 2].flatMap((block) => [0, 1, 2].map((head) => [block, head])),
  );
  for (const { block, head, pixels } of distances)
    expect(pixels).toBeCloseTo(references["distance"]![block]![head]!, 4);
  const similarity = await positionSimilarity(model.posEmbed.table([4, 4]), { grid: [4, 4] });
  const wanted = Float32Array.from(references["similarity"]!.flat());
  await expect({ shape: [256], data: similarity }).toBeAllClose({ shape: [256], data: wanted });
});

test("leaves no tensor behind", async () => {
  await expectNoLeak(async () => {
    const maps = await attentionMaps(model, images);
    attentionRollout(maps);
    await relevance(model, images);
    await gradCam(model, images);
    await integratedGradients(model, images, { steps: 2 });
    const one = slice(images, [0, 0, 0, 0], [1, -1, -1, -1]);
    await occlusion(model, one, { size: 16 });
    one.dispose();
  });
});
