import type { Detections, Detector } from "@tessera/detection";
import { expect, test } from "vitest";
import { quadrants } from "../__fixtures__/quadrants.ts";
import type { DetectionBatch, TrainingData } from "../data.ts";
import { evaluateDetector } from "./evaluate-detector.ts";

const data: TrainingData<DetectionBatch> = quadrants(20, { seed: 2 });

/** A detector that knows the answers, and says them wrong where it is told to. */
async function knowing(change: (found: Detections) => Detections, classes = 2): Promise<Pick<Detector, "detect" | "config">> {
  const answers: Detections[] = [];
  for await (const { objects } of data.batches({ epoch: 0, batchSize: 20 }))
    for (const all of objects) {
      const boxes = all.flatMap(({ box: [x, y, w, h] }) => [x, y, x + w, y + h]);
      answers.push(change({ labels: Int32Array.from(all, ({ label }) => label), scores: Float32Array.from(all, () => 0.9), boxes: Float64Array.from(boxes) })); // prettier-ignore
    }
  return { config: { classes }, detect: async (images) => answers.splice(0, images.shape[0]) };
} // prettier-ignore

test("who finds everything has all of COCO's numbers, by class too", async () => {
  const progress: number[] = [];
  const onProgress = ({ images }: { images: number }) => void progress.push(images);
  const { images, objects, scores } = await evaluateDetector(await knowing((found) => found), data, { batchSize: 8, onProgress }); // prettier-ignore
  expect([images, objects > 10, progress]).toEqual([20, true, [8, 16, 20]]);
  expect(scores).toMatchObject({ AP: 1, AP50: 1, AP75: 1, APs: 1, APm: -1, APl: -1, AR1: 1, byCategory: { 0: 1, 1: 1 } }); // prettier-ignore
});

test("boxes that are half beside count at low thresholds only, a wrong class never", async () => {
  const beside = await knowing((found) => ({ ...found, boxes: found.boxes.map((at, i) => (i % 4 === 0 || i % 4 === 2 ? at + 1 : at)) })); // prettier-ignore
  const { scores } = await evaluateDetector(beside, data);
  expect([scores.AP50, scores.AP75]).toEqual([1, 0]);
  const other = await knowing((found) => ({ ...found, labels: found.labels.map((label) => 1 - label) }));
  expect((await evaluateDetector(other, data)).scores.AP).toBe(0);
});

test("classes of the model are brought to the data's, and those that these do not have are left out", async () => {
  const more = await knowing(({ labels, scores, boxes }) => ({
    labels: Int32Array.from([...labels.map((label) => (label === 0 ? 3 : 1)), 2]),
    scores: Float32Array.from([...scores, 1]),
    boxes: Float64Array.from([...boxes, 0, 0, 1, 1]),
  }), 4); // prettier-ignore
  await expect(evaluateDetector(more, data)).rejects.toThrow("expected a detector of 2 classes, as the data have, got 4; say by classOf"); // prettier-ignore
  const { scores } = await evaluateDetector(more, data, { classOf: [-1, 1, -1, 0] });
  expect(scores.AP).toBe(1);
});
