import { memory } from "@tensorflow/tfjs-core";
import { type BackendName, backendNames, useBackend } from "@tessera/backends";
import type { ImageInput } from "@tessera/data";
import { expectNoLeak } from "@tessera/testing";
import { afterEach, describe, expect, inject, test } from "vitest";
import goldens from "../__fixtures__/embedded.json" with { type: "json" };
import { failure } from "../__fixtures__/failure.ts";
import { pictures, plain } from "../__fixtures__/pictures.ts";
import { smallFiles } from "../__fixtures__/small-model.ts";
import small from "../__fixtures__/small.json" with { type: "json" };
import { unregisterKernels } from "../__fixtures__/without-kernels.ts";
import {
  type Classification,
  type ClassifyOptions,
  type ImageClassifier,
  imageClassifier,
} from "./image-classifier.ts";

const urls = pictures.map(({ url }) => url);
const backend = inject("backend");

afterEach(() => unregisterKernels(backend));

/** As users have it: with the kernels that Tessera brings for a backend. */
async function useOwnKernels(): Promise<void> {
  if (backendNames.includes(backend as BackendName)) await useBackend(backend as BackendName);
}

async function all(stream: AsyncIterable<Classification>): Promise<Classification[]> {
  const results: Classification[] = [];
  for await (const result of stream) results.push(result);
  return results;
}

async function logitsOf(
  classify: ImageClassifier,
  images: readonly ImageInput[],
  options?: ClassifyOptions,
): Promise<Float32Array[]> {
  const results = await all(classify.stream(images, options));
  return results.map((result) => {
    if (result.error) throw result.error;
    return result.logits;
  });
}

describe("equals timm on Pillow's pixels of drawn pictures", () => {
  test("the embedded model, with its labels", async () => {
    await useOwnKernels();
    using classify = await imageClassifier();
    // One picture is enough for the slow emulation of GPUs; a test for Node has all of them.
    const [result] = await all(classify.stream([urls[2]!]));
    if (!result || result.error) throw result?.error ?? new Error("expected a result");
    await expect(result.logits).toBeAllClose(goldens["ship.jpg"].logits);
    expect(result.top[0]).toMatchObject({ label: "ship" });
    expect(result).toMatchObject({ index: 0, input: urls[2] });
  }, 120_000);

  const folder = new URL("../__fixtures__/timm-folder/", import.meta.url);

  test("a folder that timm wrote, with its labels", async () => {
    await useOwnKernels();
    using classify = await imageClassifier(folder);
    expect(classify.labels).toEqual(["a thing", "another thing", "n03"]);
    for (const [i, logits] of (await logitsOf(classify, urls)).entries()) {
      await expect(logits).toBeAllClose(small[pictures[i]!.file].logits);
    }
  });

  test("the mean with the mirror image", async () => {
    await useOwnKernels();
    using classify = await imageClassifier(folder);
    for (const [i, logits] of (await logitsOf(classify, urls, { tta: true, batchSize: 3 })).entries()) {
      await expect(logits).toBeAllClose(small[pictures[i]!.file].tta);
    }
  });
});

describe("a classifier", () => {
  test("takes one picture or many, of any kind", async () => {
    using classify = await imageClassifier(await smallFiles());
    const [red, blue] = [plain(255, 0, 0), plain(0, 0, 255)];
    const one = await classify(red);
    expect(one.map(({ index }) => index).sort((a, b) => a - b)).toEqual([0, 1, 2]);
    const many = await classify([red, blue, urls[0]!]);
    expect(many).toHaveLength(3);
    expect(many[0]).toEqual(one);
    expect(many[1]).not.toEqual(one);
    expect(await classify([])).toEqual([]);
  });

  test("scores are those of a softmax, the best first", async () => {
    using classify = await imageClassifier(await smallFiles());
    const [result] = await all(classify.stream([plain(9, 99, 199)]));
    if (!result || result.error) throw new Error("expected a result");
    const sum = result.logits.reduce((total, logit) => total + Math.exp(logit), 0);
    const expected = Array.from(result.logits, (logit) => Math.exp(logit) / sum).sort((a, b) => b - a);
    await expect(result.top.map(({ score }) => score)).toBeAllClose(expected);
    for (const { index, label, score } of result.top) {
      expect(label).toBe(`class ${index}`);
      expect(score).toBeCloseTo(Math.exp(result.logits[index]!) / sum);
    }
  });

  test("gives as many classes as asked, at most all", async () => {
    using classify = await imageClassifier(await smallFiles());
    expect(await classify(plain(1, 2, 3), { topK: 1 })).toHaveLength(1);
    expect(await classify(plain(1, 2, 3), { topK: 99 })).toHaveLength(3);
    expect(await failure(classify(plain(1, 2, 3), { topK: 0 }))).toBe("topK: expected a whole number from 1, got 0");
  });

  test("a picture of one pixel and one of 30,000 pixels by 2 are pictures", async () => {
    using classify = await imageClassifier(await smallFiles());
    const [pixel, wide, same] = await classify([
      plain(50, 60, 70, [1, 1]),
      plain(50, 60, 70, [30_000, 2]),
      plain(50, 60, 70),
    ]);
    await expect(pixel!.map(({ score }) => score)).toBeAllClose(same!.map(({ score }) => score));
    await expect(wide!.map(({ score }) => score)).toBeAllClose(same!.map(({ score }) => score));
  });

  test("reports a picture that cannot be read, and goes on with the rest", async () => {
    using classify = await imageClassifier(await smallFiles());
    const inputs = [plain(1, 2, 3), new Uint8Array(), plain(4, 5, 6), Uint8Array.of(1, 2, 3), plain(1, 2, 3)];
    for (const batchSize of [1, 2, 5]) {
      const results = await all(classify.stream(inputs, { batchSize }));
      expect(results.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
      expect(results.map(({ error }) => error?.message.split(",")[0])).toEqual([
        undefined,
        "decodeImage: expected an image",
        undefined,
        expect.stringContaining("decodeImage: expected JPEG"),
        undefined,
      ]);
      expect(results[4]).toMatchObject({ top: (results[0] as { top: unknown }).top });
    }
    expect(await failure(classify(inputs))).toBe("decodeImage: expected an image, got an empty file: the bytes given");
  });

  test("leaves nothing behind, in memory or when it is disposed of", async () => {
    const before = memory();
    const classify = await imageClassifier(await smallFiles());
    const inputs = [plain(1, 2, 3), new Uint8Array(), plain(4, 5, 6)];
    await expectNoLeak(() => all(classify.stream(inputs, { topK: 1 })), { runs: 20 });
    classify.dispose();
    classify.dispose();
    expect(memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
    expect(await failure(classify(plain(1, 2, 3)))).toBe(
      "imageClassifier: expected one in use, got one disposed of; make another",
    );
  });

  test("is freed by `using`", async () => {
    const before = memory().numTensors;
    {
      using classify = await imageClassifier(await smallFiles());
      expect(classify.modelName).toBe("the files given");
      expect(memory().numTensors).toBeGreaterThan(before);
    }
    expect(memory().numTensors).toBe(before);
  });

  test("needs a head", async () => {
    const before = memory().numTensors;
    expect(await failure(imageClassifier(await smallFiles({ num_classes: 0 }, 0)))).toBe(
      "imageClassifier: expected a model with a head, got the files given without one; imageEmbedder gives its features",
    );
    expect(memory().numTensors).toBe(before);
  });
});
