import { useBackend } from "@tessera/backends";
import { openCheckpoint } from "@tessera/weights";
import { expect, test } from "vitest";
import { createBackbone, imageClassifier, imageEmbedder, loadModel } from "./index.ts";

/** Called without types, as from plain JavaScript. */
const plain = (call: unknown) => call as (...args: unknown[]) => Promise<unknown>;

test.each([
  ["imageClassifier", plain(imageClassifier)],
  ["imageEmbedder", plain(imageEmbedder)],
  ["loadModel", plain(loadModel)],
])("%s says what it takes", async (name, call) => {
  const expected = `${name}: expected a name, a folder, an address or files ({ config, weights })`;
  await expect(call(5)).rejects.toThrow(`${expected}, got 5; options come second`);
  await expect(call(null)).rejects.toThrow(`${expected}, got null`);
  await expect(call({ labels: ["a"] })).rejects.toThrow(`${expected}, got {`);
  await expect(call(undefined, { lables: ["a"] })).rejects.toThrow(
    `${name}: expected a known option, got "lables"; did you mean labels?`,
  );
});

test("names of variants and backends, and sources of bytes", async () => {
  await expect(plain(createBackbone)()).rejects.toThrow(
    "createBackbone: expected a variant, got nothing; did you mean",
  );
  await expect(plain(createBackbone)("resnet18", { clases: 2 })).rejects.toThrow('got "clases"; did you mean classes?');
  await expect(plain(useBackend)(5)).rejects.toThrow("useBackend: expected one of auto, ");
  await expect(plain(useBackend)("wasm", { thread: 1 })).rejects.toThrow('got "thread"; did you mean threads?');
  await expect(plain(openCheckpoint)(5)).rejects.toThrow("expected a path, URL, buffer, Blob or source, got 5");
});

test("options of a call", async () => {
  const classify = await imageClassifier();
  try {
    await expect(plain(classify)([], { topk: 3 })).rejects.toThrow(
      'imageClassifier: expected a known option, got "topk"; did you mean topK?',
    );
    await expect(plain(classify.warmUp)({ batchsize: 2 })).rejects.toThrow(
      'warmUp: expected a known option, got "batchsize"; did you mean batchSize?',
    );
  } finally {
    classify.dispose();
  }
});
