import { memory, profile } from "@tensorflow/tfjs-core";
import type { ImageInput } from "@tessera/data";
import { expect, test } from "vitest";
import { plain } from "../__fixtures__/pictures.ts";
import { smallFiles } from "../__fixtures__/small-model.ts";
import { type ClassifyOptions, type ImageClassifier, imageClassifier } from "./image-classifier.ts";
import { imageEmbedder } from "./image-embedder.ts";

/** What `getImageData` of a canvas gives, in Node as well. */
function imageData(seed: number, width: number, height: number): ImageData {
  const data = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => Math.imul(i + seed, 2654435761) >>> 24);
  return { width, height, data } as ImageData;
}

async function logitsOf(classify: ImageClassifier, images: readonly ImageInput[], options?: ClassifyOptions) {
  const logits: (Float32Array | string)[] = [];
  for await (const result of classify.stream(images, options)) {
    logits.push(result.error ? result.error.message : result.logits);
  }
  return logits;
}

/** How many pictures the GPU preprocesses while `fn` runs. */
async function preprocessedOnGpu(fn: () => Promise<unknown>): Promise<number> {
  const { kernels } = await profile(async () => (await fn()) as never);
  return kernels.filter(({ name }) => name === "TesseraPreprocess").length;
}

const pictures = [imageData(1, 33, 21), imageData(2, 9, 50), imageData(3, 64, 64)];

test("what is decoded already is preprocessed on the GPU, with the logits of the CPU", async () => {
  using classify = await imageClassifier(await smallFiles());
  const onCpu = await logitsOf(classify, pictures, { gpuPreprocessing: false });
  for (const batchSize of [1, 2, 3]) {
    for (const [i, logits] of (await logitsOf(classify, pictures, { batchSize })).entries()) {
      await expect(logits as Float32Array).toBeAllClose(onCpu[i] as Float32Array);
    }
  }
  expect(await preprocessedOnGpu(() => logitsOf(classify, pictures))).toBe(3);
  expect(await preprocessedOnGpu(() => logitsOf(classify, pictures, { gpuPreprocessing: false }))).toBe(0);
});

test("a batch may mix both, with pictures that cannot be read", async () => {
  using classify = await imageClassifier(await smallFiles());
  const mixed = [pictures[0]!, plain(9, 99, 199), new Uint8Array(), pictures[1]!];
  const onCpu = await logitsOf(classify, mixed, { gpuPreprocessing: false });
  const got = await logitsOf(classify, mixed);
  expect(got[2]).toBe(onCpu[2]);
  for (const i of [0, 1, 3]) await expect(got[i] as Float32Array).toBeAllClose(onCpu[i] as Float32Array);
  expect(await preprocessedOnGpu(() => logitsOf(classify, mixed))).toBe(2);
});

test("embeddings are the same, too", async () => {
  using embed = await imageEmbedder(await smallFiles());
  const [onGpu, onCpu] = [await embed(pictures[0]!), await embed(pictures[0]!, { gpuPreprocessing: false })];
  await expect(onGpu).toBeAllClose(onCpu);
});

test("leaves no tensor behind, also when it is stopped, aborted or fails", async () => {
  using classify = await imageClassifier(await smallFiles());
  await classify(pictures);
  const before = memory().numTensors;
  await classify(pictures, { batchSize: 2 });
  expect(memory().numTensors).toBe(before);

  for await (const _ of classify.stream(pictures, { batchSize: 1 })) break;
  await settled();
  expect(memory().numTensors).toBe(before);

  const controller = new AbortController();
  const stream = classify.stream(pictures, { batchSize: 1, signal: controller.signal });
  await stream.next();
  controller.abort(new Error("no longer wanted"));
  await expect(stream.next()).rejects.toThrow("no longer wanted");
  await settled();
  expect(memory().numTensors).toBe(before);

  const forward = classify.model.forward.bind(classify.model);
  classify.model.forward = () => {
    throw new Error("no forward");
  };
  // A batch of a size that was not seen before, so that no recorded forward stands in.
  await expect(classify([...pictures, ...pictures])).rejects.toThrow("no forward");
  classify.model.forward = forward;
  await settled();
  expect(memory().numTensors).toBe(before);
});

/** What was prepared ahead is freed when it is there, which nobody waits for. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
}
