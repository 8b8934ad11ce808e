import { memory } from "@tensorflow/tfjs-core";
import type { ImageInput } from "@tessera/data";
import { expect, test } from "vitest";
import { failure } from "../__fixtures__/failure.ts";
import { plain } from "../__fixtures__/pictures.ts";
import { smallFiles } from "../__fixtures__/small-model.ts";
import { imageClassifier } from "./image-classifier.ts";
import { imageEmbedder } from "./image-embedder.ts";
import type { ModelFiles } from "../source/model-files.ts";
import type { RunOptions } from "./run.ts";
import type { WarmUpOptions } from "./warm-up.ts";

/** What a classifier and an embedder have in common. */
interface Made {
  (images: readonly ImageInput[], options?: RunOptions): Promise<unknown>;
  warmUp(options?: WarmUpOptions): Promise<void>;
  dispose(): void;
}

const makers: [string, (files: ModelFiles) => Promise<Made>][] = [
  ["imageClassifier", imageClassifier],
  ["imageEmbedder", imageEmbedder],
];

test.each(makers)("%s: a warm-up changes no answer and leaves nothing behind", async (_, make) => {
  const [cold, warm] = [await make(await smallFiles()), await make(await smallFiles())];
  const before = memory().numTensors;
  for (const options of [{}, { batchSize: 2 }, { batchSize: 2, tta: true }]) await warm.warmUp(options);
  expect(memory().numTensors).toBe(before);
  const pictures = [plain(1, 2, 3), plain(200, 100, 0)];
  for (const options of [{ batchSize: 1 }, { batchSize: 2 }, { tta: true }]) {
    expect(await warm(pictures, options)).toEqual(await cold(pictures, options));
  }
  for (const each of [cold, warm]) each.dispose();
});

test.each(makers)("%s: refuses what it cannot warm up", async (name, make) => {
  const made = await make(await smallFiles());
  expect(await failure(made.warmUp({ batchSize: 0 }))).toBe("batchSize: expected a whole number from 1, got 0");
  const signal = AbortSignal.abort(new Error("not wanted"));
  await expect(made.warmUp({ signal })).rejects.toThrow("not wanted");
  made.dispose();
  expect(await failure(made.warmUp())).toBe(`${name}: expected one in use, got one disposed of; make another`);
});
