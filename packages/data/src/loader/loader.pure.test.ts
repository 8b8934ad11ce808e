import { FormatError, TesseraError } from "@tessera/core";
import { array, assert, asyncProperty, constantFrom, nat, record } from "fast-check";
import { afterEach, expect, test } from "vitest";
import { zipOf } from "../__fixtures__/archives.ts";
import { crc32 } from "../png/crc32.ts";
import { encodePng } from "../__fixtures__/encode-png.ts";
import { noise } from "../__fixtures__/pictures.ts";
import type { Augmentation } from "../augment/augmentation.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { datasetOf } from "../datasets/dataset-of.ts";
import { openDataset } from "../datasets/open-dataset.ts";
import { preprocess } from "../preprocess.ts";
import { timmPreprocessing } from "../timm-preprocessing.ts";
import type { Batch, Batches, BatchOptions } from "./batch.ts";
import { evaluationBatches } from "./evaluation-batches.ts";
import { trainingBatches, type TrainingLoaderOptions } from "./training-batches.ts";

const preprocessing = timmPreprocessing({ input_size: [3, 8, 8], crop_pct: 1 });
const augmentation: Augmentation = {
  crop: { kind: "resized" },
  flip: "random",
  policy: "rand-m9-mstd0.5-inc1",
  jitter: { brightness: 0.3, hue: 0.1 },
  erasing: { probability: 0.5, mode: "pixel" },
};

const open: Batches[] = [];
afterEach(() => {
  for (const loader of open.splice(0)) loader.close();
});

function training(dataset: Dataset, options: Partial<TrainingLoaderOptions> = {}): Batches {
  const loader = trainingBatches(dataset, { preprocessing, workers: 0, ...options });
  open.push(loader);
  return loader;
}

async function take(loader: Batches, options: Partial<BatchOptions> = {}): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of loader.batches({ epoch: 0, batchSize: 4, ...options })) batches.push(batch);
  return batches;
}

const checksums = (batches: readonly Batch[]) =>
  batches.map(({ images, labels, indices }) => {
    const bytes = new Uint8Array(images.buffer, images.byteOffset, images.byteLength);
    return [crc32(bytes), [...labels].join(), [...indices].join()];
  });

/** Pictures in files, of two sizes; `broken` ones are no pictures. */
async function stored(count: number, broken: readonly number[] = []): Promise<Dataset> {
  const members = await Promise.all(
    Array.from({ length: count }, async (_, i) => ({
      path: `${i % 2 === 0 ? "cat" : "dog"}/${String(i).padStart(2, "0")}.png`,
      bytes: broken.includes(i) ? new Uint8Array(9) : await encodePng(noise(9 + i, 12 - (i % 2))),
      deflate: i % 3 === 0,
    })),
  );
  return (await openDataset(await zipOf(members))).train;
}

const held = (count: number) =>
  datasetOf(Array.from({ length: count }, (_, i) => ({ image: noise(8 + i, 9), label: i % 2 })));

test("evaluates every picture once, in order, as preprocessed", async () => {
  const dataset = await stored(10);
  const loader = evaluationBatches(dataset, { preprocessing, workers: 0 });
  const batches = await take(loader);
  expect(batches.map(({ shape }) => shape)).toEqual([
    [4, 8, 8, 3],
    [4, 8, 8, 3],
    [2, 8, 8, 3],
  ]);
  expect(batches.flatMap(({ indices }) => Array.from(indices))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(batches.flatMap(({ labels }) => Array.from(labels))).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  expect(batches[2]!.images.slice(192)).toEqual(preprocess(await dataset.read(9), preprocessing));
  expect([loader.classes, loader.length]).toEqual([["cat", "dog"], 10]);
});

test("a training epoch is a permutation, another each epoch and seed, short of the last batch", async () => {
  const loader = training(await held(11));
  const epochs = await Promise.all([0, 1].map((epoch) => take(loader, { epoch, batchSize: 5 })));
  const orders = epochs.map((batches) => batches.flatMap(({ indices }) => Array.from(indices)));
  for (const order of orders) expect([order.length, new Set(order).size]).toEqual([10, 10]);
  expect(orders[0]).not.toEqual(orders[1]);
  expect(checksums(await take(training(await held(11), { seed: 1 }), { batchSize: 5 }))).not.toEqual(
    checksums(epochs[0]!),
  );
});

test("repeats give each picture so often in a row, augmented anew", async () => {
  const [first] = await take(training(await held(12), { augmentation: { ...augmentation, repeats: 3 } }), {
    batchSize: 12,
  });
  const { indices, images } = first!;
  expect(new Set(indices).size).toBe(4);
  for (let i = 0; i < 12; i += 3) expect(new Set(indices.subarray(i, i + 3)).size).toBe(1);
  expect(images.slice(0, 192)).not.toEqual(images.slice(192, 384));
});

test.each<[string, () => Promise<Dataset>, Partial<TrainingLoaderOptions>[]]>([
  ["files", () => stored(13, [4]), [{ workers: 1, prefetch: 1 }, { workers: 2, memory: 0 }, { memory: 0 }]],
  ["pictures in memory", () => held(13), [{ workers: 2 }, { prefetch: 5 }]],
])("workers, prefetching and memory change nothing, of %s", { timeout: 60_000 }, async (_, make, options) => {
  const dataset = await make();
  const epochs = [0, 1, 0];
  const expected: unknown[] = [];
  for (const epoch of epochs) expected.push(checksums(await take(training(dataset, { augmentation }), { epoch })));
  for (const option of options) {
    const loader = training(dataset, { augmentation, ...option });
    const got: unknown[] = [];
    for (const epoch of epochs) got.push(checksums(await take(loader, { epoch })));
    expect({ option, got }).toEqual({ option, got: expected });
    loader.close();
  }
});

test("batches from n on are the tail of all", async () => {
  const loader = training(await held(17), { augmentation });
  const anyPlace = record({ epoch: nat(3), from: nat(9), batchSize: constantFrom(1, 2, 3, 5) });
  await assert(
    asyncProperty(anyPlace, async ({ epoch, from, batchSize }) => {
      const all = checksums(await take(loader, { epoch, batchSize }));
      expect(checksums(await take(loader, { epoch, batchSize, from }))).toEqual(all.slice(from));
    }),
    { numRuns: 15 },
  );
});

test("unreadable pictures are skipped and listed, and training batches stay whole", async () => {
  await assert(
    asyncProperty(array(nat(7), { maxLength: 6 }), async (broken) => {
      const dataset = await stored(8, broken);
      const bad = Array.from({ length: 8 }, (_, i) => i).filter((i) =>
        broken.includes(Number(/(\d+)\.png/.exec(dataset.nameOf(i))![1])),
      );
      const evaluation = evaluationBatches(dataset, { preprocessing, workers: 0 });
      const seen = (await take(evaluation)).flatMap(({ indices }) => Array.from(indices));
      expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7].filter((i) => !bad.includes(i)));
      expect(evaluation.skipped.map(({ index }) => index).sort((a, b) => a - b)).toEqual(bad);
      const loader = training(dataset);
      const [batch] = await take(loader, { batchSize: 8 });
      expect(batch!.shape[0]).toBe(8);
      for (const [at, index] of batch!.indices.entries()) {
        expect(bad).not.toContain(index);
        expect(batch!.labels[at]).toBe(dataset.labelOf(index));
        const wanted = preprocess(await dataset.read(index), preprocessing);
        expect(crc32(new Uint8Array(batch!.images.slice(at * 192, (at + 1) * 192).buffer))).toBe(
          crc32(new Uint8Array(wanted.buffer)),
        );
      }
    }),
    { numRuns: 10 },
  );
});

test("says why a picture was skipped, and stops where none of a batch can be read", async () => {
  const dataset = await stored(4, [1, 2, 3]);
  const loader = training(dataset);
  await take(loader);
  expect(loader.skipped).toHaveLength(3);
  expect(loader.skipped.find(({ name }) => name.endsWith("01.png"))).toMatchObject({
    name: "dog/01.png",
    reason: expect.stringMatching(/expected JPEG, PNG, .* begins with 00 00/),
  });
  const error = await take(training(await stored(4, [0, 1, 2, 3]), { workers: 1 })).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(/expected pictures that can be read, got a batch of 4 none of which can: /);
});

test("a data set of one's own is read where it is", async () => {
  const { locate: _, ...own } = await held(6);
  const loader = training({
    ...own,
    read: async (index) => {
      if (index === 2) throw new Error("lost");
      return own.read(index);
    },
  });
  const [batch] = await take(loader, { batchSize: 6 });
  expect([...batch!.indices]).not.toContain(2);
  expect(loader.skipped).toEqual([{ index: 2, name: "picture 2", reason: "lost" }]);
});

test.each([0, 2])("stops when aborted, when left and when closed, with %i workers", async (workers) => {
  const dataset = await stored(12);
  const loader = training(dataset, { workers });
  const reason = new Error("no longer wanted");
  const controller = new AbortController();
  const taken: number[] = [];
  const run = (async () => {
    for await (const batch of loader.batches({ epoch: 0, batchSize: 2, signal: controller.signal })) {
      taken.push(batch.indices.length);
      if (taken.length === 2) controller.abort(reason);
    }
  })();
  await expect(run).rejects.toBe(reason);
  expect(taken).toEqual([2, 2]);
  for await (const batch of loader.batches({ epoch: 0, batchSize: 2 })) {
    expect(batch.indices).toHaveLength(2);
    break;
  }
  expect(await take(loader)).toHaveLength(3);
  loader.close();
  expect(await take(loader)).toHaveLength(3);
});

test("closing while batches are made rejects them", async () => {
  const loader = training(await stored(12), { workers: 1 });
  const run = take(loader);
  await new Promise((resolve) => setTimeout(resolve));
  loader.close();
  await expect(run).rejects.toThrow(/expected a loader that is open, got one closed while it was read/);
});

test("reports the share of time waited", async () => {
  const loader = training(await held(8));
  expect(loader.waiting).toEqual({ seconds: 0, share: 0 });
  for await (const _ of loader.batches({ epoch: 0, batchSize: 2 }))
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(loader.waiting.share).toBeGreaterThan(0);
  expect(loader.waiting.share).toBeLessThan(0.9);
});

test("refuses what makes no sense", async () => {
  const dataset = await held(4);
  expect(() => training(dataset, { workers: -1 })).toThrow(
    new TesseraError("batches: expected workers to be a whole number of at least 0, got -1"),
  );
  expect(() => training(dataset, { preprocessing: { ...preprocessing, std: [0, 1, 1] } })).toThrow(
    /non-zero deviations/,
  );
  await expect(take(training(dataset), { batchSize: 5 })).rejects.toThrow(
    new TesseraError("trainingBatches: expected at most 4 pictures a batch, which is all there are, got 5"),
  );
  await expect(take(training(dataset), { batchSize: 0.5 })).rejects.toThrow(TesseraError);
  await expect(take(training(dataset), { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
});
