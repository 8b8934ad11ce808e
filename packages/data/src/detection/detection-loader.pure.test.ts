import { Random } from "@tessera/core";
import { expect, test } from "vitest";
import { flat, noise } from "../__fixtures__/pictures.ts";
import { detectionPreprocessing } from "../detection-preprocessing.ts";
import { augmented } from "./augmentation.ts";
import type { DetectionBatch } from "./detection-batch.ts";
import { type BoxedObject, type DetectionDataset, splitDetection } from "./detection-dataset.ts";
import { detectionEvaluationBatches, detectionTrainingBatches } from "./detection-loader.ts";

const sizes = [[40, 30], [30, 40], [20, 20], [1, 1]] as const; // prettier-ignore

/** Pictures of several sizes, each with a box in its middle and a crowd; the one of a pixel has nothing on it. */
function things(broken: readonly number[] = []): DetectionDataset {
  const object = (box: BoxedObject["box"], isCrowd: boolean): BoxedObject => ({ label: 1, box, area: box[2] * box[3], isCrowd }); // prettier-ignore
  return {
    classes: ["a", "b"],
    length: sizes.length,
    objects: 6,
    beyond: 0,
    empty: 0,
    nameOf: String,
    async read(index) {
      if (broken.includes(index)) throw new Error("no picture");
      const [width, height] = sizes[index]!;
      return noise(width, height);
    },
    objectsOf: (index, { width, height }) =>
      index === 3 ? [] : [object([width / 4, height / 4, width / 2, height / 2], false), object([0, 0, 5, 5], true)],
  };
}

const preprocessing = detectionPreprocessing({ size: { shortest_edge: 16, longest_edge: 32 } });

async function all(batches: AsyncIterable<DetectionBatch>): Promise<DetectionBatch[]> {
  const found: DetectionBatch[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}

test("evaluation batches are padded to their largest, with zeros, and have every picture once", async () => {
  const data = detectionEvaluationBatches(things(), { preprocessing });
  const [first, last] = await all(data.batches({ epoch: 0, batchSize: 3 }));
  expect(first!.shape).toEqual([3, 21, 21, 3]);
  expect(first!.sizes).toEqual([[16, 21], [21, 16], [16, 16]]); // prettier-ignore
  expect(first!.originals).toEqual([[30, 40], [40, 30], [20, 20]]); // prettier-ignore
  const pixel = (picture: number, row: number, column: number) => first!.images[((picture * 21 + row) * 21 + column) * 3]; // prettier-ignore
  expect(pixel(0, 15, 20)).not.toBe(0);
  expect([pixel(0, 16, 0), pixel(1, 0, 16), pixel(2, 20, 20)]).toEqual([0, 0, 0]);
  for (const { labels, boxes } of first!.targets)
    expect([...labels, ...boxes.map((at) => Number(at.toFixed(6)))]).toEqual([1, 0.5, 0.5, 0.5, 0.5]);
  expect(first!.objects[0]).toMatchObject([
    { box: [10, 7.5, 20, 15], isCrowd: false },
    { box: [0, 0, 5, 5], isCrowd: true },
  ]);
  // a picture of one pixel, with nothing on it
  expect([last!.shape, last!.sizes, last!.targets[0]!.boxes.length]).toEqual([[1, 16, 16, 3], [[16, 16]], 0]);
});

test("training batches follow from the seed, epoch by epoch, wherever they begin", async () => {
  const augmentation = {
    flip: "random",
    scales: [12, 16, 20],
    crop: { scales: [20, 24], least: 8, most: 24 },
  } as const;
  const epoch = async (seed: number, number: number, from = 0) =>
    all(detectionTrainingBatches(things(), { preprocessing, augmentation, seed }).batches({ epoch: number, batchSize: 2, from })); // prettier-ignore
  const [straight, again] = [await epoch(1, 3), await epoch(1, 3)];
  expect(again).toEqual(straight);
  expect(await epoch(1, 3, 1)).toEqual(straight.slice(1));
  expect(await epoch(1, 4)).not.toEqual(straight);
  expect(await epoch(2, 3)).not.toEqual(straight);
  expect(straight.flatMap(({ indices }) => Array.from(indices)).sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
});

test("pictures that cannot be read are left out or replaced, and listed", async () => {
  const data = detectionEvaluationBatches(things([1]), { preprocessing });
  const [batch] = await all(data.batches({ epoch: 0, batchSize: 4 }));
  expect([...batch!.indices]).toEqual([0, 2, 3]);
  expect(data.skipped).toEqual([{ index: 1, name: "1", reason: "no picture" }]);
  const training = detectionTrainingBatches(things([1]), { preprocessing });
  const [replaced] = await all(training.batches({ epoch: 0, batchSize: 4 }));
  expect(replaced!.indices).toHaveLength(4);
  const none = detectionTrainingBatches(things([0, 1, 2, 3]), { preprocessing });
  await expect(all(none.batches({ epoch: 0, batchSize: 2 }))).rejects.toThrow(
    "detectionTrainingBatches: expected pictures that can be read, got a batch of 2 none of which can: no picture",
  );
});

test("ends when it is told to", async () => {
  const controller = new AbortController();
  const data = detectionEvaluationBatches(things(), { preprocessing });
  const batches = data.batches({ epoch: 0, batchSize: 1, signal: controller.signal })[Symbol.asyncIterator]();
  await batches.next();
  controller.abort(new Error("enough"));
  await expect(batches.next()).rejects.toThrow("enough");
});

test("boxes follow their pictures through mirror, crop and resizing", () => {
  // A white rectangle on black: where it is after all is what its box has to say.
  const image = flat(60, 40, [0, 0, 0]);
  for (let y = 10; y < 30; y++) image.data.fill(255, (y * 60 + 24) * 3, (y * 60 + 48) * 3);
  const view = { image, objects: [{ label: 0, corners: [24, 10, 48, 30] as const }] };
  const augmentation = { flip: "random", scales: [32, 64], crop: { scales: [50, 80], least: 30, most: 60 } } as const;
  let dropped = 0;
  for (let seed = 0; seed < 40; seed++) {
    const { image: seen, objects } = augmented(view, augmentation, { shortest: 40, longest: 96 }, new Random(seed));
    expect(Math.max(seen.width, seen.height)).toBeLessThanOrEqual(96);
    const [found, [box]] = [brightPart(seen), objects];
    // A rectangle of which a crop leaves nothing has no box any more.
    dropped += box ? 0 : 1;
    const apart = box ? box.corners.map((at, i) => Math.abs(at - found[i]!)) : [found[2]! - found[0]!];
    expect(Math.max(...apart)).toBeLessThan(2);
  }
  expect(dropped).toBeLessThan(5);
});

/** Corners of what is lighter than grey. */
function brightPart({ width, height, data }: ReturnType<typeof flat>): number[] {
  const found = [Infinity, Infinity, 0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (data[(y * width + x) * 3]! > 127)
        [found[0], found[1], found[2], found[3]] = [Math.min(found[0]!, x), Math.min(found[1]!, y), Math.max(found[2]!, x + 1), Math.max(found[3]!, y + 1)]; // prettier-ignore
  return found;
}

test("a part is drawn by the seed, and neither part is empty", () => {
  const [rest, part] = splitDetection(things(), 0.25, 1);
  expect([rest.length, part.length]).toEqual([3, 1]);
  const names = [...[0, 1, 2].map((i) => rest.nameOf(i)), part.nameOf(0)];
  expect(names.sort()).toEqual(["0", "1", "2", "3"]);
  expect(splitDetection(things(), 0.01, 1)[1].length).toBe(1);
  expect(splitDetection(things(), 0.99, 1)[0].length).toBe(1);
  expect(() => splitDetection(things(), 1)).toThrow("expected two pictures or more and a fraction between 0 and 1, got 4 and 1"); // prettier-ignore
});
