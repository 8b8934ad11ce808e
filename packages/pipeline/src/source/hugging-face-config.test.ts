// Every kind of model of transformers, by the config.json and the names that its own save_pretrained writes.
import { memory } from "@tensorflow/tfjs-core";
import { readFixture } from "@tessera/testing";
import { readSafetensors, writeSafetensors } from "@tessera/weights";
import { afterEach, beforeEach, expect, test } from "vitest";
import { failure } from "../__fixtures__/failure.ts";
import { jsonBlob, run } from "../__fixtures__/tiny-vit.ts";
import { describeModel } from "./describe-model.ts";
import type { HuggingFaceConfig } from "./hugging-face-config.ts";
import { loadModel } from "./load-model.ts";

const shape = [2, 3, 8, 8] as const;
const f32 = { rtol: 1e-4, atol: 1e-5 };
const goldens = await readSafetensors(
  await readFixture(new URL("../__fixtures__/huggingface.safetensors", import.meta.url)),
);
const configs = JSON.parse(goldens.metadata["configs"]!) as Record<string, HuggingFaceConfig>;
const value = async (name: string) => (await goldens.tensors.get(name)!.read()) as Float32Array;

let tensors: number;
beforeEach(() => {
  tensors = memory().numTensors;
});
afterEach(() => {
  if (memory().numTensors !== tensors) throw new Error(`expected ${tensors} tensors, got ${memory().numTensors}`);
});

/** A model's files as a folder of transformers holds them, without preprocessor_config.json. */
async function files(name: string, changes: Partial<HuggingFaceConfig> = {}) {
  const held = [...goldens.tensors].filter(([key]) => key.startsWith(`${name}/`) && !key.endsWith("/output"));
  const entries = held.map(
    async ([key, stored]) =>
      [key.slice(name.length + 1), { shape: stored.shape, values: await stored.read() }] as const,
  );
  const weights = writeSafetensors(Object.fromEntries(await Promise.all(entries)));
  return { config: jsonBlob({ ...configs[name], ...changes }), weights };
}

test.each(["vit", "vit_options", "deit", "deit_teacher"])("%s gives transformers' logits and labels", async (name) => {
  const loaded = await loadModel(await files(name));
  expect(loaded.labels).toEqual(["label 0", "label 1", "label 2"]);
  await expect(await run(loaded, await value("input"), shape)).toBeAllClose(await value(`${name}/output`), f32);
});

test.each(["vit_features", "dinov2", "dinov2_swiglu", "dinov2_registers", "vit_mae"])(
  "%s gives transformers' class token, and has no head",
  async (name) => {
    const loaded = await loadModel(await files(name));
    expect([loaded.labels, loaded.model.config.classes]).toEqual([[], 0]);
    const embed = loaded.model.embed.bind(loaded.model);
    await expect(await run(loaded, await value("input"), shape, embed)).toBeAllClose(
      await value(`${name}/output`),
      f32,
    );
  },
);

test.each([
  ["vit", 3],
  ["vit_features", 0],
  ["deit_teacher", 3],
  ["vit_mae", 0],
])("%s is described without its weights", async (name, classes) => {
  const { model } = await describeModel(await files(name));
  expect(model.config.classes).toBe(classes);
});

test("a head for other labels begins anew, and without resetHead says how", async () => {
  const { model, labels } = await loadModel(await files("vit"), { labels: ["yes", "no"], resetHead: true });
  expect([model.config.classes, labels]).toEqual([2, ["yes", "no"]]);
  model.dispose();
  const fewer = await files("vit", { id2label: { 0: "a", 1: "b" } });
  expect(await failure(loadModel(fewer))).toMatch(
    /head\.weight: expected \[2, 8\], got \[3, 8\][^]*pass { resetHead: true }/,
  );
});

test("refuses an activation that it does not know, also names that every object has", async () => {
  for (const name of ["mish", "constructor"]) {
    expect(await failure(loadModel(await files("vit", { hidden_act: name })))).toContain(
      `expected "hidden_act" among linear, gelu, gelu_python, gelu_new, gelu_fast, gelu_pytorch_tanh, quick_gelu, relu, silu, swish, got "${name}"`,
    );
  }
});
