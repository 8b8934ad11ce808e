import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TesseraError } from "@tessera/core";
import { detectionPreprocessing } from "@tessera/data";
import { createDetr } from "@tessera/detr";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildDetector } from "./build-detector.ts";
import { loadDetector } from "./load-detector.ts";
import { saveDetector } from "./save-detector.ts";

const small = { classes: 2, queries: 3, width: 8, heads: 2, encoderDepth: 1, decoderDepth: 1, mlpDim: 8 };
const backbone = { block: "basic", depths: [1, 1, 1, 1], widths: [4, 4, 4, 4], stemWidth: 4, outputStride: 16, frozenNorm: false } as const; // prettier-ignore
const labels = ["cat", "dog"];
const preprocessing = {
  ...detectionPreprocessing({ size: { shortest_edge: 32, longest_edge: 48 } }),
  rounding: "half-up",
} as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tessera-detector-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a detector of any config comes back with its weights, labels and preprocessing", async () => {
  using model = createDetr("detr_resnet50", { ...small, backbone }).init(1);
  await saveDetector(model, join(folder, "own"), { labels, preprocessing });
  const loaded = await loadDetector(join(folder, "own"));
  using again = loaded.model;
  expect([loaded.labels, loaded.preprocessing]).toEqual([labels, preprocessing]);
  expect(again.config).toEqual(model.config);
  for (const [path, { value }] of model.state()) expect(await again.state().get(path)!.value.data()).toEqual(await value.data()); // prettier-ignore
});

test.each([
  ["sparse-rcnn", { proposals: 3, stages: 1, width: 8, mlpDim: 8, dynamicWidth: 4, backbone: { block: "basic", depths: [1, 1, 1, 1], widths: [4, 4, 4, 4], stemWidth: 4 } }, { rounding: "half-up", scale: 1 }], // prettier-ignore
  ["vitdet", { imageSize: 64, width: 16, depth: 1, heads: 2, mlpDim: 8, window: 2, pretrainedGrid: 2, channels: 4, regionWidth: 4, globalEvery: 2, rules: { proposals: 4 } }, { rounding: "half-up", shortest: 1024 }], // prettier-ignore
  ["deformable-detr", { queries: 3, width: 32, heads: 4, points: 1, encoderDepth: 1, decoderDepth: 1, mlpDim: 8, twoStage: true, backbone: { block: "basic", depths: [1, 1, 1, 1], widths: [4, 4, 4, 4], stemWidth: 4 } }, { scale: 1 / 255 }], // prettier-ignore
  ["yolos", { imageSize: [32, 48], width: 6, depth: 1, mlpDim: 8, queries: 3 }, { multiple: 16, scale: 1 / 255 }],
])("a %s comes back too, with the pixels of its family", async (family, args, pixels) => {
  using model = (await buildDetector(family, args, 2)).init(1);
  await saveDetector(model, join(folder, family), { labels });
  const loaded = await loadDetector(join(folder, family));
  using again = loaded.model;
  expect(loaded.preprocessing).toMatchObject(pixels);
  expect(again.config).toEqual(model.config);
  const [path, { value }] = [...model.state()].at(-1)!;
  expect(await again.state().get(path)!.value.data()).toEqual(await value.data());
});

test("one with a backbone of timm's comes back in transformers' words", async () => {
  using model = createDetr("detr_resnet50", { ...small, backbone: { block: "basic", depths: [2, 2, 2, 2] } }).init(1);
  await saveDetector(model, join(folder, "transformers"), { labels, preprocessing, format: "huggingface" });
  const { model: again, labels: named } = await loadDetector(join(folder, "transformers"));
  expect(named).toEqual(labels);
  const path = "transformer.decoder.layers.0.linear1.weight";
  expect(await again.state().get(path)!.value.data()).toEqual(await model.state().get(path)!.value.data());
  again.dispose();
  using other = createDetr("detr_resnet50", { ...small, backbone });
  await expect(saveDetector(other, folder, { format: "huggingface" })).rejects.toThrow("expected a backbone of timm's");
  const own = Object.assign(Object.create(other) as typeof other, { family: "mine" });
  await expect(saveDetector(own, folder)).rejects.toThrow("saveDetector: expected a detector of a published family, detr,"); // prettier-ignore
  await expect(saveDetector(other, folder, { labels: ["cat"] })).rejects.toThrow("expected 2 labels, one a class, got 1"); // prettier-ignore
});

test.each([
  [{ encoderDepth: 1e6 }, "expected encoderDepth to be a number up to 1000, got 1000000"],
  [{ backbone: { ...backbone, depths: [1, 1, 1, 2000] } }, "expected depths to be a number up to 1000, got 2000"],
  [{ backbone: { ...backbone, depths: [1, 1] } }, "expected depths to be a list of 4, got [1, 1]"],
  [{ backbone: "resnet18" }, 'expected backbone to be an object, got "resnet18"'],
  [{ width: "8" }, 'expected width to be a number, got "8"'],
  [{ widht: 8 }, "createDetr"],
  [{ backbone: { ...backbone, block: { a: { b: { c: 1 } } } } }, "expected block to be a string, got {"],
])("refuses a config with %j", async (changes, message) => {
  const building = buildDetector("detr", { ...small, backbone, ...changes }, 2, "config.json");
  await expect(building).rejects.toThrow(TesseraError);
  await expect(building).rejects.toThrow(message);
});

test("builds by a family's name and by a variant's, and says which there are", async () => {
  using family = await buildDetector("detr", { queries: 7 }, 3);
  expect(family.config).toMatchObject({ classes: 3, queries: 7, width: 256 });
  using variant = await buildDetector("detr_resnet101", {}, 3);
  expect(variant.paramCount).toBeGreaterThan(family.paramCount);
  await expect(buildDetector("dert", {}, 3)).rejects.toThrow('expected a detector or a family of them, got "dert"; did you mean detr?'); // prettier-ignore
});

test("a config that is another's is refused", async () => {
  const config = JSON.parse(await readFile(join(folder, "own", "config.json"), "utf8")) as object;
  await writeFile(join(folder, "own", "config.json"), JSON.stringify({ ...config, architecture: "vit" }));
  await expect(loadDetector(join(folder, "own"))).rejects.toThrow('expected a detector or a family of them, got "vit"');
});
