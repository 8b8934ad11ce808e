import { memory } from "@tensorflow/tfjs-core";
import { pictures, plain } from "../__fixtures__/pictures.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failure } from "../__fixtures__/failure.ts";
import { smallArguments, smallConfig, smallFiles, smallWeights } from "../__fixtures__/small-model.ts";
import { imageClassifier } from "../tasks/image-classifier.ts";
import { type LoadModelOptions, loadModel } from "./load-model.ts";

let tensors: number;
beforeEach(() => {
  tensors = memory().numTensors;
});
afterEach(() => {
  if (memory().numTensors !== tensors) throw new Error(`expected ${tensors} tensors, got ${memory().numTensors}`);
});

/** Loads a model and frees it; what there is to say of it. */
async function loaded(...[spec, options]: Parameters<typeof loadModel>) {
  const { name, model, labels, preprocessing } = await loadModel(spec, options);
  model.dispose();
  return { name, labels, preprocessing, config: model.config };
}

describe("loads", () => {
  test("the embedded model without a name", async () => {
    const { name, labels, preprocessing, config } = await loaded();
    expect(name).toBe("vit_cifar10");
    expect(labels).toHaveLength(10);
    expect(pictures.every(({ label }) => labels.includes(label))).toBe(true);
    expect(preprocessing).toMatchObject({ size: [32, 32], interpolation: "bicubic", mean: [0.5, 0.5, 0.5] });
    expect(config).toMatchObject({ classes: 10, width: 192, depth: 6 });
  });

  test("two files, telling of the progress", async () => {
    const seen: { loaded: number; total: number }[] = [];
    const { name, labels } = await loaded(await smallFiles(), { onProgress: (progress) => seen.push(progress) });
    expect(name).toBe("the files given");
    expect(labels).toEqual(["class 0", "class 1", "class 2"]);
    expect(seen[0]).toEqual({ loaded: 1, total: seen.length });
    expect(seen.at(-1)).toEqual({ loaded: seen.length, total: seen.length });
  });

  test("the embedded model for another size of pictures, and with what its training drops", async () => {
    const warnings: string[] = [];
    const overrides = { imageSize: 48, dropPath: 0.1 };
    const { preprocessing, config } = await loaded(undefined, { overrides, onWarning: (one) => warnings.push(one) });
    expect(config).toMatchObject({ classes: 10, imageSize: 48, dropPath: 0.1, depth: 6 });
    expect(preprocessing).toMatchObject({ size: [48, 48], resize: { rule: "short-side", pixels: 48 } });
    expect(warnings).toEqual([
      expect.stringMatching(/^pos_embed was made for another grid: resampled from \[1, 50, 192\]/),
    ]);
  });

  test("labels in place of the model's own", async () => {
    const files = await smallFiles({ label_names: ["a", "b", "c"] });
    expect((await loaded(files)).labels).toEqual(["a", "b", "c"]);
    expect((await loaded(files, { labels: ["x", "y", "z"] })).labels).toEqual(["x", "y", "z"]);
  });

  test("a backbone with a new head for other labels", async () => {
    const { config, labels } = await loaded(await smallFiles(), { labels: ["yes", "no"], resetHead: true });
    expect(config.classes).toBe(2);
    expect(labels).toEqual(["yes", "no"]);
  });

  test("a checkpoint without a head, with a new one", async () => {
    const files = await smallFiles({}, 0);
    expect((await loaded(files, { resetHead: true })).config.classes).toBe(3);
    const warnings: string[] = [];
    const headless = await loaded(files, { onWarning: (warning) => warnings.push(warning) });
    expect(headless.config.classes).toBe(0);
    expect(warnings).toEqual([expect.stringMatching(/says 3 classes, but the checkpoint has no head/)]);
  });

  test("a published variant with weights, its classes taken from them", async () => {
    // A whole one would take seconds: it is enough to see which shapes are wanted.
    const wanted = await failure(loaded("vit_tiny_patch16_224", { weights: await smallWeights() }));
    expect(wanted).toContain("head.weight: expected [3, 192], got [3, 4]");
    expect(wanted).toContain("Is the checkpoint of another variant?");
  });
});

describe("refuses", async () => {
  const cases: [string, string | undefined, LoadModelOptions, RegExp][] = [
    [
      "a variant without weights",
      "vit_tiny_patch16_224",
      {},
      /^loadModel: expected weights for vit_tiny_patch16_224, got its name alone; pass weights, a checkpoint file, or name a repository of the hub such as timm\/vit_tiny_patch16_224.augreg_in21k_ft_in1k$/,
    ],
    [
      "a checkpoint without variant",
      "a/b.safetensors",
      {},
      /^loadModel: expected the variant whose weights a\/b.safetensors holds, got none; pass arch, for example/,
    ],
    [
      "a misspelt variant",
      undefined,
      { arch: "vit_tiny_patch16_225", weights: await smallWeights() },
      /^loadModel: expected a variant, got "vit_tiny_patch16_225"; did you mean vit_tiny_patch16_224 or \w+\?$/,
    ],
    [
      "an unknown tag",
      "vit_tiny_patch16_224.imagenet",
      { weights: await smallWeights() },
      /^loadModel: expected vit_tiny_patch16_224 with augreg_in21k_ft_in1k, augreg_in21k, got "imagenet"; leave the tag out$/,
    ],
    [
      "a misspelt name",
      "vit_cifar01",
      {},
      /^loadModel: expected a model's name, a folder with config.json, a checkpoint file or a repository of the hub, got "vit_cifar01"; did you mean vit_cifar10 or \w+\?$/,
    ],
    [
      "a wrong count of labels",
      "vit_cifar10",
      { labels: ["a", "b"] },
      /^loadModel: expected 10 labels, one an output, got 2, from "a" to "b"; name every output once, or fine-tune/,
    ],
  ];

  test.each(cases)("%s", async (_, spec, options, message) => {
    expect(await failure(loaded(spec, options))).toMatch(message);
  });

  test("weights of another model, naming every difference", async () => {
    const { config } = await smallFiles({ model_args: { ...smallArguments, depth: 2 } });
    const message = await failure(loaded({ config, weights: await smallWeights() }));
    expect(message).toMatch(/^load: expected the \d+ parameters of Vit, got a checkpoint that differs/);
    expect(message).toContain("blocks.1.attn.qkv.weight: expected [12, 4], got nothing");
  });

  test.each([
    [
      "an unknown architecture",
      { architecture: "efficientnet_b0" },
      'expected a known "architecture", got "efficientnet_b0"',
    ],
    [
      "an unknown argument",
      { model_args: { ...smallArguments, head_hidden: 3 } },
      /expected "model_args" among .*, img_size, .*, got "head_hidden"/,
    ],
    [
      "a bad argument",
      { model_args: { ...smallArguments, depth: "9" } },
      'expected "depth" as timm writes it, got "9"',
    ],
    ["too few arguments", { model_args: { depth: 1 } }, 'expected "model_args" with embed_dim, depth and num_heads'],
    [
      "a transformers config without sizes",
      { architecture: undefined, model_type: "vit" },
      'expected a whole number as "hidden_size", got nothing',
    ],
    [
      "a transformers config of another model",
      { architecture: undefined, model_type: "bert" },
      /expected "model_type" among vit, deit, .*, got "bert"/,
    ],
    [
      "no model config",
      { architecture: undefined },
      /expected timm's config.json with "architecture" or transformers' with "model_type", got another/,
    ],
    ["patches that are larger than the image", { model_args: { ...smallArguments, img_size: 3 } }, /patch/],
    ["heads that do not fill the width", { model_args: { ...smallArguments, num_heads: 3 } }, /heads/],
  ])("%s", async (_, changes, message) => {
    expect(await failure(loaded(await smallFiles(changes)))).toMatch(message);
  });

  test("text that is no JSON, and files that are no checkpoint", async () => {
    const weights = await smallWeights();
    const config = new Blob(["architecture: vit"]);
    expect(await failure(loaded({ config, weights }))).toMatch(/^blob: expected JSON, got text that is none/);
    const good = new Blob([JSON.stringify(smallConfig())]);
    expect(await failure(loaded({ config: good, weights: new Uint8Array() }))).toMatch(/got an empty file/);
    expect(await failure(loaded({ config: good, weights: weights.subarray(0, 900) }))).toMatch(/truncated/);
  });
});

describe("an abort", () => {
  test("before the start", async () => {
    const signal = AbortSignal.abort(new Error("not wanted"));
    await expect(loaded(undefined, { signal })).rejects.toThrow("not wanted");
    await expect(imageClassifier(await smallFiles(), { signal })).rejects.toThrow("not wanted");
  });

  test("between two tensors leaves nothing allocated", async () => {
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    await expect(loaded(await smallFiles(), { signal: controller.signal, onProgress })).rejects.toThrow("enough");
  });
});

test("a model that failed to load does not keep the next from loading", async () => {
  await failure(imageClassifier("vit_cifar10", { labels: ["one"] }));
  using classify = await imageClassifier(await smallFiles());
  expect(await classify(plain(1, 2, 3))).toHaveLength(3);
});
