import { Random, TesseraError } from "@tessera/core";
import { readGoldens } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { channelsLast } from "../__fixtures__/channels-last.ts";
import type { Batch } from "../data.ts";
import { drawBeta } from "./beta.ts";
import { cutmixBox } from "./box.ts";
import { type Mix, mixBatch } from "./mix-batch.ts";
import { mixing } from "./mixing.ts";

const goldens = await readGoldens(new URL("../__fixtures__/training_mixup.safetensors", import.meta.url));
const { data: boxes, shape } = goldens.get("boxes");

test("boxes are timm's", () => {
  for (let row = 0; row < shape[0]!; row++) {
    const [height, width, lambda, y, x, top, bottom, left, right, fixed] = boxes.subarray(10 * row, 10 * row + 10);
    // λ was rounded to float32; what its root is cut down to was not.
    const box = cutmixBox(height!, width!, Number(lambda!.toFixed(6)), y!, x!);
    expect(box).toMatchObject({ top, bottom, left, right });
    expect(box.lambda).toBeCloseTo(fixed!, 6);
  }
});

const batch: Batch = {
  images: channelsLast(goldens.get("input")),
  shape: [4, 12, 16, 3],
  labels: goldens.get("labels").data as Int32Array,
  indices: Int32Array.of(5, 6, 7, 8),
};

const pairs = [{ lambda: 0.25 }, { lambda: 0.875 }];
const corner = [1, 15] as const;
const each: Mix[] = [
  { lambda: 0.25 },
  { lambda: 0.75, centre: corner },
  { lambda: 0.5, centre: corner },
  { lambda: 1 },
];
const cases: [string, (image: number) => Mix, number][] = [
  ["batch_mixup", () => ({ lambda: 0.375 }), 0.1],
  ["batch_cutmix", () => ({ lambda: 0.75, centre: [6, 8] }), 0.1],
  ["batch_cutmix_clipped", () => ({ lambda: 0.5, centre: corner }), 0],
  ["pair_mixup", (image) => pairs[Math.min(image, 3 - image)]!, 0.1],
  ["elem_both", (image) => each[image]!, 0.1],
];

describe("images and labels are timm's:", () => {
  test.each(cases)("%s", async (name, mixOf, smoothing) => {
    const before = batch.images.slice();
    const mixed = mixBatch(batch, 5, mixOf, smoothing);
    const tolerance = { rtol: 1e-6, atol: 1e-6 };
    await expect([...mixed.images]).toBeAllClose([...channelsLast(goldens.get(`${name}/images`))], tolerance);
    await expect({ shape: [4, 5], data: mixed.labels }).toBeAllClose(goldens.get(`${name}/targets`), tolerance);
    expect(batch.images).toEqual(before);
    expect(mixed).toMatchObject({ shape: batch.shape, indices: batch.indices });
  });
});

test("labels may be probabilities", async () => {
  const soft = Float32Array.from({ length: 20 }, (_, i) => (i % 5 === batch.labels[Math.floor(i / 5)] ? 1 : 0));
  const mixOf = () => ({ lambda: 0.375 });
  expect(mixBatch({ ...batch, labels: soft }, 5, mixOf, 0.1).labels).toEqual(mixBatch(batch, 5, mixOf, 0.1).labels);
});

const imagesOf = (options: Parameters<typeof mixing>[0], seed: number) =>
  mixing(options)(batch, new Random(seed)).images;

describe("draws", () => {
  test("follow from the seed", () => {
    const options = { classes: 5, mixup: 0.8, cutmix: 1 };
    expect(imagesOf(options, 1)).toEqual(imagesOf(options, 1));
    expect(imagesOf(options, 1)).not.toEqual(imagesOf(options, 2));
  });

  test.each(["batch", "pair", "image"] as const)("are one %s each", (per) => {
    const { labels } = mixing({ classes: 5, mixup: 1, per })(batch, new Random(3));
    const own = [0, 1, 2, 3].map((image) => labels[5 * image + batch.labels[image]!]!.toFixed(5));
    expect(new Set(own).size).toBe({ batch: 1, pair: 2, image: 4 }[per]);
    expect(own[0] === own[3]).toBe(per !== "image");
  });

  test("are mixup's or cutmix's as often as asked", () => {
    const counts = { none: 0, mixup: 0, cutmix: 0 };
    const mix = mixing({ classes: 5, mixup: 1, cutmix: 1, probability: 0.5, cutmixProbability: 0.2 });
    for (let seed = 0; seed < 1000; seed++) {
      const { images } = mix(batch, new Random(seed));
      const same = images.filter((value, i) => value === batch.images[i]).length;
      counts[same === images.length ? "none" : same > 0 ? "cutmix" : "mixup"]++;
    }
    expect(counts.none).toBeGreaterThan(450);
    expect(counts.none).toBeLessThan(560);
    expect(counts.mixup / (counts.mixup + counts.cutmix)).toBeGreaterThan(0.74);
    expect(counts.mixup / (counts.mixup + counts.cutmix)).toBeLessThan(0.9);
  });

  test.each([0.2, 0.8, 1, 3])("come from the beta distribution of %d", (alpha) => {
    const random = new Random(alpha);
    const values = Array.from({ length: 20_000 }, () => drawBeta(random, alpha));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0.5, 1.9);
    expect(variance).toBeCloseTo(1 / (4 * (2 * alpha + 1)), 2);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(1);
  });
});

test.each([
  [{}, "expected mixup or cutmix above 0, got 0 and 0"],
  [{ mixup: 1, probability: 2 }, "expected probability from 0 to 1, got 2"],
  [{ cutmix: 1, smoothing: -1 }, "expected smoothing from 0 to 1, got -1"],
])("refuses %o", (options, message) => {
  expect(() => mixing({ classes: 5, ...options })).toThrow(`mixing: ${message}`);
  expect(() => mixing({ classes: 5, ...options })).toThrow(TesseraError);
});
