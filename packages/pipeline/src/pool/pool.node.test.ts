import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { pictures } from "../__fixtures__/pictures.ts";
import { type ClassifyOptions, type PooledClassifier, imageClassifier } from "../tasks/image-classifier.ts";
import { imageEmbedder } from "../tasks/image-embedder.ts";
import type { ModelWorker } from "./model-worker.ts";
import { pooledRunner } from "./pooled-runner.ts";
import { startWorker } from "./start-worker.node.ts";

const backend = inject("backend") as "wasm";
const workers = { count: 2, backend, threads: 1 };
const urls = pictures.map(({ url }) => url);

async function logitsOf(classify: PooledClassifier, images: Iterable<URL>, options?: ClassifyOptions) {
  const logits: number[][] = [];
  for await (const result of classify.stream(images, options)) {
    if (result.error) throw result.error;
    expect(result.index).toBe(logits.length);
    logits.push([...result.logits]);
  }
  return logits;
}

let pooled: PooledClassifier;
const told: number[] = [];

beforeAll(async () => {
  pooled = await imageClassifier(undefined, { workers, onProgress: ({ loaded }) => told.push(loaded) });
});

afterAll(() => pooled.dispose());

test("answers as a model in the caller's own thread does, in order", async () => {
  using own = await imageClassifier();
  expect(told.length).toBeGreaterThan(0);
  expect([pooled.modelName, pooled.labels, pooled.preprocessing]).toEqual([
    own.modelName,
    own.labels,
    own.preprocessing,
  ]);
  expect(pooled).not.toHaveProperty("model");
  const many = [...urls, ...urls, ...urls];
  const [got, expected] = [await logitsOf(pooled, many, { batchSize: 2 }), await logitsOf(own, many, { batchSize: 2 })];
  await expect(got.flat()).toBeAllClose(expected.flat());
  await pooled.warmUp();
  expect((await pooled(urls[0]!, { tta: true, topK: 1 }))[0]!.index).toBe(
    (await own(urls[0]!, { tta: true }))[0]!.index,
  );
});

test("embeds, and reads every kind of input that can be sent", async () => {
  using other = await imageEmbedder(undefined, { workers: { ...workers, count: 1 } });
  using own = await imageEmbedder();
  const bytes = await readFile(urls[1]!);
  for (const input of [
    urls[1]!,
    urls[1]!.href,
    bytes,
    new Blob([bytes]),
    { width: 2, height: 1, data: Uint8Array.of(9, 99, 199, 0, 1, 2) },
  ])
    await expect(await other(input)).toBeAllClose([...(await own(input))]);
  expect(bytes.length).toBeGreaterThan(0); // the caller's own are not given away
});

test("native computes in workers, each with threads of its own", async () => {
  const expected = await logitsOf(pooled, urls);
  using onNative = await imageClassifier(undefined, { workers: { count: 2, backend: "native", threads: 1 } });
  const got = await Promise.all([logitsOf(onNative, urls), logitsOf(onNative, urls)]);
  for (const logits of got) await expect(logits.flat()).toBeAllClose(expected.flat(), { rtol: 1e-3, atol: 1e-4 });
});

test("a picture that cannot be read fails alone, with its error's code", async () => {
  const results = [];
  for await (const result of pooled.stream([urls[0]!, "nowhere.png", urls[1]!])) results.push(result);
  expect(results.map(({ error }) => (error as { code?: string } | undefined)?.code)).toEqual([
    undefined,
    "not-found",
    undefined,
  ]);
  expect(results[1]!.error!.name).toBe("TesseraError");
  expect(results.map(({ input }) => input)).toEqual([urls[0], "nowhere.png", urls[1]]);
});

test("the caller's thread goes on with its own work while a model computes", async () => {
  const batch = Array.from({ length: 16 }, () => urls[0]!);
  let turns = 0;
  const clock = setInterval(() => (turns += 1), 1);
  const answer = await pooled(batch, { batchSize: 16 });
  clearInterval(clock);
  expect(answer).toHaveLength(16);
  // In one thread none passes during the forward pass of all, which takes longer than ten of them.
  expect(turns).toBeGreaterThan(10);
});

test("takes pictures as they come, and no more than it has workers for", async () => {
  let asked = 0;
  async function* endless(): AsyncGenerator<URL> {
    for (;;) yield urls[asked++ % urls.length]!;
  }
  const stream = pooled.stream(endless(), { batchSize: 1 });
  const labels: string[] = [];
  for await (const result of stream) {
    if (result.error) throw result.error;
    labels.push(result.top[0]!.label);
    expect(asked).toBeLessThanOrEqual(labels.length + 2 * workers.count);
    if (labels.length === 8) break;
  }
  expect(labels).toEqual([...pictures, ...pictures].map(({ label }) => label));
  const lazy = function* () {
    yield* urls;
  };
  expect(await pooled(lazy())).toHaveLength(urls.length);
});

test("refuses more than may wait, and lets go of what is aborted", async () => {
  using other = await imageClassifier(undefined, { workers: { ...workers, count: 1, queue: 1 } });
  const calls = Array.from({ length: 5 }, () => other(urls[0]!));
  const settled = await Promise.allSettled(calls);
  const refused = settled.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  expect(refused).toHaveLength(2); // two under way, one waits
  expect(refused[0]).toMatchObject({
    code: "busy",
    message: "imageClassifier: expected at most 1 batches to wait, got one more; call later, or raise queue",
  });

  const controller = new AbortController();
  const aborted = other([...urls, ...urls], { batchSize: 1, signal: controller.signal });
  controller.abort(new Error("no longer wanted"));
  await expect(aborted).rejects.toThrow("no longer wanted");
  expect(await other(urls[0]!)).toHaveLength(5);
});

test("a worker that ends gives an error, and another takes its place", async () => {
  const started: ModelWorker[] = [];
  const runner = await pooledRunner(
    "classify",
    "imageClassifier",
    undefined,
    {},
    { ...workers, count: 1 },
    (...listeners) => {
      const worker = startWorker(...listeners);
      started.push(worker);
      return worker;
    },
  );
  const first = async () => (await runner.run(urls, {}).next()).value!;
  expect(await first()).toMatchObject({ index: 0, values: expect.any(Float32Array) as Float32Array });
  const lost = first();
  setTimeout(() => started[0]!.end(), 1);
  await expect(lost).rejects.toMatchObject({
    code: "worker-ended",
    message:
      "imageClassifier: expected a worker to go on, got exit with status 1; another takes its place, so ask again",
  });
  expect(await first()).toMatchObject({ index: 0, values: expect.any(Float32Array) as Float32Array });
  expect(started).toHaveLength(2);
  runner.dispose();
});

test("says why a model cannot be had", async () => {
  await expect(imageClassifier("no/such/folder", { workers })).rejects.toMatchObject({ code: "not-found" });
  await expect(imageClassifier(undefined, { workers: 0 })).rejects.toThrow(
    "imageClassifier: workers: expected a whole number from 1, got 0",
  );
  await expect(imageClassifier(undefined, { workers: { cuont: 2 } as object })).rejects.toThrow("did you mean count?");
  await expect(imageClassifier(undefined, { workers, overrides: { positions: () => undefined } })).rejects.toThrow(
    "imageClassifier: expected options that another thread can be sent",
  );
  const signal = AbortSignal.abort(new Error("not wanted"));
  await expect(imageClassifier(undefined, { workers, signal })).rejects.toThrow("not wanted");
});

test("disposing of it rejects what is under way, and what is asked for later", async () => {
  const underWay = pooled(urls);
  // Once it is the workers', so that not only the call has begun.
  await new Promise((resolve) => setTimeout(resolve, 1));
  pooled.dispose();
  await expect(underWay).rejects.toThrow("got disposed of before this call was answered");
  await expect(pooled(urls)).rejects.toThrow("imageClassifier: expected one in use, got one disposed of");
});
