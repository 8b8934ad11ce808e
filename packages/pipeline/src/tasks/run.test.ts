import { type Tensor2D, type Tensor4D, memory, mean, reshape, slice, tensor1d } from "@tensorflow/tfjs-core";
import type { ImageInput } from "@tessera/data";
import { timmPreprocessing } from "@tessera/data";
import { describe, expect, test } from "vitest";
import { failure } from "../__fixtures__/failure.ts";
import { plain } from "../__fixtures__/pictures.ts";
import type { Forward, Forwards } from "./forwards.ts";
import { type Outcome, type RunOptions, run } from "./run.ts";

const preprocessing = timmPreprocessing({ input_size: [3, 2, 2], crop_pct: 1, mean: [0, 0, 0], std: [1, 1, 1] });
/** The mean red of each picture: [b, h, w, 3] -> [b, 1] */
const meanRed = (images: Tensor4D): Tensor2D =>
  reshape(mean(slice(images, [0, 0, 0, 0], [-1, -1, -1, 1]), [1, 2, 3]), [images.shape[0], 1]);
const both = (forward: Forward): Forwards => ({ plain: forward, mirrored: forward });
const reds = [0, 51, 102, 153, 204, 255];
const inputs: ImageInput[] = reds.map((red) => plain(red, 7, 7));

async function all(options: RunOptions, forward = meanRed, of = inputs): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const outcome of run(of, preprocessing, both(forward), options)) outcomes.push(outcome);
  return outcomes;
}

const values = (outcomes: Outcome[]) => outcomes.map((outcome) => (outcome.error ? NaN : outcome.values[0]!));

describe("run", () => {
  test.each([1, 2, 4, 5, 6, 99])("gives every picture its row, in order, in batches of %i", async (batchSize) => {
    const sizes: number[] = [];
    const outcomes = await all({ batchSize }, (images) => {
      sizes.push(images.shape[0]);
      return meanRed(images);
    });
    await expect(values(outcomes)).toBeAllClose(reds.map((red) => red / 255));
    expect(outcomes.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(Math.max(...sizes)).toBe(Math.min(batchSize, 6));
    expect(sizes).toHaveLength(Math.ceil(6 / batchSize));
  });

  test("computes nothing for a batch without a readable picture", async () => {
    const outcomes = await all(
      {},
      () => {
        throw new Error("expected no forward");
      },
      [new Uint8Array(), new Uint8Array()],
    );
    expect(outcomes.every(({ error }) => error)).toBe(true);
  });

  test("times add up to no more than passed", async () => {
    const start = performance.now();
    const outcomes = await all({ batchSize: 4 });
    const passed = performance.now() - start;
    const times = outcomes.flatMap((outcome) =>
      outcome.error ? [] : (Object.values(outcome.ms as object) as number[]),
    );
    expect(times).toHaveLength(18);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(0);
    expect(times.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(passed);
  });

  test.each([0, -1, 1.5, NaN])("refuses batches of %d", async (batchSize) => {
    expect(await failure(all({ batchSize }))).toBe(`batchSize: expected a whole number from 1, got ${batchSize}`);
  });

  test("a failing forward leaves nothing behind", async () => {
    const before = memory().numTensors;
    const broken = () => {
      tensor1d([1, 2]);
      throw new Error("it broke");
    };
    await expect(all({}, broken)).rejects.toThrow("it broke");
    expect(memory().numTensors).toBe(before);
  });
});

describe("an abort", () => {
  test("before the start computes nothing", async () => {
    const signal = AbortSignal.abort(new Error("not wanted"));
    let computed = 0;
    const counted = (images: Tensor4D) => {
      computed++;
      return meanRed(images);
    };
    await expect(all({ signal }, counted)).rejects.toThrow("not wanted");
    expect(computed).toBe(0);
  });

  test("during a run ends it after the batch, leaving nothing behind", async () => {
    const before = memory().numTensors;
    const controller = new AbortController();
    const seen: number[] = [];
    const running = async () => {
      const options = { batchSize: 2, signal: controller.signal };
      for await (const { index } of run(inputs, preprocessing, both(meanRed), options)) {
        seen.push(index);
        if (index === 1) controller.abort(new Error("enough"));
      }
    };
    await expect(running()).rejects.toThrow("enough");
    expect(seen).toEqual([0, 1]);
    expect(memory().numTensors).toBe(before);
  });

  test("while a batch is computed leaves no rejection that nobody awaits", async () => {
    const controller = new AbortController();
    const aborting = (images: Tensor4D) => {
      controller.abort(new Error("enough"));
      return meanRed(images);
    };
    const blobs = reds.map(() => new Blob(["no picture"]));
    await expect(all({ batchSize: 1, signal: controller.signal }, aborting, [inputs[0]!, ...blobs])).rejects.toThrow(
      "enough",
    );
    await new Promise((resolve) => setTimeout(resolve, 0));
  });

  test("a reader that leaves early leaves nothing behind", async () => {
    const before = memory().numTensors;
    for await (const { index } of run(inputs, preprocessing, both(meanRed), { batchSize: 2 })) if (index === 0) break;
    expect(memory().numTensors).toBe(before);
  });
});
