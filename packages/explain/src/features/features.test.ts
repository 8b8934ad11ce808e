// Features against values that were computed apart from our code, with NumPy in float64.
import { type Tensor, type Tensor4D, slice, transpose } from "@tensorflow/tfjs-core";
import { expectNoLeak, readFixture, readGoldens, restore } from "@tessera/testing";
import { expect, test } from "vitest";
import { SmallVit } from "../__fixtures__/small-vit.ts";
import { patchFilters } from "../embedding/patch-filters.ts";
import { classTokenTrajectory } from "./class-token-trajectory.ts";
import { logitLens } from "./logit-lens.ts";
import { duplicateGroups, nearestNeighbours } from "./neighbours.ts";
import { principalComponents } from "./principal-components.ts";
import { projected } from "./projected.ts";
import { silhouette } from "./silhouette.ts";
import { tokenComponents } from "./token-components.ts";

const goldens = await readGoldens(new URL("../../../vit/src/__fixtures__/vit.safetensors", import.meta.url));
const text = new TextDecoder().decode(await readFixture(new URL("../__fixtures__/features.json", import.meta.url)));
const wanted = JSON.parse(text) as Record<"toLast" | "toPrevious" | "length", number[]> & { lens: number[][][] };

const model = new SmallVit({ imageSize: 32, patchSize: 8, width: 48, depth: 3, heads: 3, classes: 10 });
const weights = [...goldens.tensors].filter(([key]) => key.startsWith("weights/"));
await model.load(Object.fromEntries(weights.map(([key, value]) => [key.slice("weights/".length), restore(value)])));
const images = transpose(restore(goldens.get("input")) as Tensor, [0, 2, 3, 1]) as Tensor4D;
const one = slice(images, [0, 0, 0, 0], [1, -1, -1, -1]);
const read = model.read.bind(model);

/** Twelve rows of six numbers. */
const rows = Array.from({ length: 12 }, (_, i) =>
  Array.from({ length: 6 }, (__, k) => Math.sin(1.7 * i + 0.9 * k * k) + 0.2 * Math.cos(i * k)),
);

test("what the head says after each block, the last of which is the answer", async () => {
  const views = await logitLens(model, images, { read });
  expect(views.map(({ path }) => path)).toEqual(["blocks.0", "blocks.1", "blocks.2"]);
  for (const [i, { logits, classes }] of views.entries())
    await expect({ shape: [2, classes], data: logits }).toBeAllClose(
      { shape: [2, 10], data: Float32Array.from(wanted.lens[i]!.flat()) },
      { rtol: 1e-4, atol: 1e-5 },
    );
  await expect(logitLens(model, images)).rejects.toThrow("expected a model with norm, pool and head");
});

test("the class token's way", async () => {
  const points = await classTokenTrajectory(model, one);
  for (const [i, { toLast, toPrevious, length }] of points.entries()) {
    expect(toLast).toBeCloseTo(wanted.toLast[i]!, 5);
    expect(toPrevious).toBeCloseTo(wanted.toPrevious[i]!, 5);
    expect(length).toBeCloseTo(wanted.length[i]!, 3);
  }
  using patches = new SmallVit({ imageSize: 16, patchSize: 4, width: 24, depth: 1, heads: 2, classes: 3, classToken: false }).init(1); // prettier-ignore
  await expect(classTokenTrajectory(patches, one)).rejects.toThrow(
    "expected a model with a class token, got one without",
  );
  const without = { forward: (pictures: Tensor4D) => model.forward(pictures) };
  await expect(logitLens(without, images, { read })).rejects.toThrow("expected a model with blocks of tokens");
});

test("principal components, their shares, and rows that have none", () => {
  const { components, explained, scores } = principalComponents(rows.flat(), 6, 3);
  const reference = [
    [0.298165, 0.520174, -0.486541, 0.313031, 0.319401, -0.451431],
    [-0.484738, 0.04125, 0.305545, 0.561333, 0.565474, 0.187388],
  ];
  for (const [i, component] of reference.entries())
    for (const [k, value] of component.entries()) expect(components[i]![k]).toBeCloseTo(value, 4);
  for (const [i, share] of [0.623459, 0.359148, 0.00655].entries()) expect(explained[i]).toBeCloseTo(share, 5);
  expect(scores[0]).toHaveLength(12);
  expect(principalComponents([1, 2, 1, 2, 1, 2], 2, 2).explained).toEqual([0, 0]);
  expect(() => principalComponents([1, 2, 3], 2, 1)).toThrow("expected at least two rows of 2, got 3 values");
});

test("tokens and filters as colours", async () => {
  const blocks = await tokenComponents(model, one);
  expect(blocks.map(({ path, picture }) => [path, picture.width, picture.height])).toEqual([0, 1, 2].map((i) => [`blocks.${i}`, 4, 4])); // prettier-ignore
  for (const { picture, explained } of blocks) {
    expect([Math.min(...picture.data), Math.max(...picture.data)]).toEqual([0, 255]);
    expect(explained).toBeGreaterThan(0.3);
  }
  const kernel = restore(goldens.get("weights/patch_embed.proj.weight"));
  const filters = await patchFilters(kernel, 5);
  expect(filters.map(({ picture }) => picture.data.length)).toEqual(Array(5).fill(8 * 8 * 3));
  expect(filters.map(({ explained }) => explained)).toEqual(filters.map(({ explained }) => explained).sort((a, b) => b - a)); // prettier-ignore
  await expect(patchFilters(slice(kernel, [0, 0, 0, 0], [-1, 1, -1, -1]))).rejects.toThrow(
    "expected a kernel [d, 3, h, w]",
  );
});

test("a silhouette tells how far classes lie apart", () => {
  const labels = rows.map((_, i) => i % 3);
  expect(silhouette(rows, labels)).toBeCloseTo(-0.18813881, 7);
  expect(silhouette([[0], [1], [10], [11]], ["a", "a", "b", "b"])).toBeCloseTo(0.8995, 3);
  expect(silhouette([[0], [5], [9]], ["a", "b", "c"])).toBe(0);
  expect(() => silhouette([[0], [1]], ["a", "a"])).toThrow("at least two classes, got 2 points, 2 labels, 1 classes");
});

test("neighbours and duplicates", () => {
  const vectors = [[1, 0], [0, 2], [3, 0.01], [0, 1], [-1, 0]]; // prettier-ignore
  const neighbours = nearestNeighbours(vectors, 2);
  expect(neighbours[0]!.map(({ index }) => index)).toEqual([2, 1]);
  expect(neighbours[1]![0]).toEqual({ index: 3, similarity: 1 });
  expect(duplicateGroups(neighbours, 0.999)).toEqual([[0, 2], [1, 3]]); // prettier-ignore
  expect(() => nearestNeighbours([[1], [1, 2]], 1)).toThrow("expected vectors of one length, got others than 1");
});

test("the plane keeps apart what is apart, and is the same each time", async () => {
  const vectors = Array.from({ length: 24 }, (_, i) => rows[i % 12]!.map((value) => value * 0.05 + (i < 12 ? 0 : 4)));
  const labels = vectors.map((_, i) => (i < 12 ? "near" : "far"));
  for (const method of ["umap", "pca"] as const) {
    const points = await projected(vectors, { method, neighbours: 6 });
    expect(silhouette(points, labels)).toBeGreaterThan(0.5);
    expect(await projected(vectors, { method, neighbours: 6 })).toEqual(points);
  }
  expect(await projected(vectors.slice(0, 2))).toHaveLength(2);
  await expect(projected([[1]])).rejects.toThrow("expected at least two vectors of one length, got 1");
});

test("leaves no tensor behind", async () => {
  await expectNoLeak(async () => {
    await logitLens(model, images, { read });
    await classTokenTrajectory(model, one);
    await tokenComponents(model, one);
  });
});
