import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Vit } from "@tessera/vit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failure } from "../__fixtures__/failure.ts";
import { plain } from "../__fixtures__/pictures.ts";
import { imageClassifier } from "../tasks/image-classifier.ts";
import { saveModel } from "./save-model.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tessera-save-"));
});
afterAll(() => rm(folder, { recursive: true }));

const small = { imageSize: 8, patchSize: 4, width: 4, depth: 1, heads: 2, mlpDim: 4, classes: 3 };

test("writes a folder that loads by its path, over an older one too", async () => {
  using model = new Vit(small).init(1);
  const at = join(folder, "new", "model");
  await saveModel(model, at, { labels: ["x", "y", "z"] });
  expect((await readdir(at)).sort()).toEqual(["config.json", "model.safetensors"]);
  await saveModel(model, pathToFileURL(at), { format: "huggingface", labels: ["a", "b", "c"] });
  expect((await readdir(at)).sort()).toEqual(["config.json", "model.safetensors", "preprocessor_config.json"]);
  using classify = await imageClassifier(at);
  expect(classify.labels).toEqual(["a", "b", "c"]);
  expect(await classify(plain(1, 2, 3))).toHaveLength(3);
});

test("a folder that cannot be is said, and a model that cannot be said leaves nothing", async () => {
  using model = new Vit({ ...small, preLogits: true }).init(1);
  expect(await failure(saveModel(model, join(folder, "none")))).toContain("pre-logits");
  await writeFile(join(folder, "file"), "");
  using good = new Vit(small).init(1);
  expect(await failure(saveModel(good, join(folder, "file", "model")))).toMatch(
    /file\/model: expected a folder to write to, got/,
  );
  expect(await readdir(folder)).toEqual(expect.not.arrayContaining(["none"]));
});
