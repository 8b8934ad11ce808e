// Files that are not what they should be, through the pipeline: each fails with a message that says what to do, or loads
// with a warning, and leaves nothing allocated. What only a reader can see is tested in @tessera/weights.
import { memory } from "@tensorflow/tfjs-core";
import { FormatError } from "@tessera/core";
import { type TensorToWrite, openCheckpoint, writeSafetensors } from "@tessera/weights";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failure } from "../__fixtures__/failure.ts";
import { expected, jsonBlob, run, tinyConfig, weightsFixture } from "../__fixtures__/tiny-vit.ts";
import { loadModel } from "./load-model.ts";

const config = jsonBlob(tinyConfig);
const withArguments = (changes: object) =>
  jsonBlob({ ...tinyConfig, model_args: { ...tinyConfig.model_args, ...changes } });

let tensors: number;
beforeEach(() => {
  tensors = memory().numTensors;
});
afterEach(() => {
  if (memory().numTensors !== tensors) throw new Error(`expected ${tensors} tensors, got ${memory().numTensors}`);
});

/** The tiny ViT's weights with changes, as a file. */
async function changed(change: (all: Record<string, TensorToWrite>) => void): Promise<Uint8Array> {
  const file = await openCheckpoint(await weightsFixture("timm.safetensors"));
  const all: Record<string, TensorToWrite> = {};
  for (const [name, stored] of file.tensors) all[name] = { shape: stored.shape, values: await stored.read() };
  await file.dispose();
  change(all);
  return writeSafetensors(all);
}

describe.each([
  "timm.safetensors",
  "huggingface.safetensors",
  "google_compressed.npz",
  "google_fortran_order.npz",
  "wrapped_model.pth.tar",
  "dataparallel_half.pth",
  "legacy_not_zip.pth",
])("%s, cut", (name) => {
  test.each([0, 0.001, 0.1, 0.5, 0.9, 0.9999])("after %d of its bytes, is refused", async (share) => {
    const whole = await weightsFixture(name);
    const weights = whole.slice(0, Math.floor(whole.length * share));
    const error: unknown = await loadModel({ config, weights }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(/expected .*, got /);
  });
});

test("what would run code is refused by its name", async () => {
  expect(await failure(loadModel({ config, weights: await weightsFixture("malicious.pth") }))).toMatch(
    /got posix\.system, which would run code; do not trust the file/,
  );
});

test("NaN and infinity are told by the parameter's name, and load", async () => {
  const weights = await changed((all) => {
    all["blocks.1.mlp.fc2.bias"]!.values[0] = NaN;
    (all["norm.weight"]!.values as Float32Array).set([Infinity, -Infinity]);
  });
  const warnings: string[] = [];
  const { model } = await loadModel({ config, weights }, { onWarning: (warning) => warnings.push(warning) });
  model.dispose();
  expect(warnings.sort()).toEqual([
    "blocks.1.mlp.fc2.bias holds 1 NaN and 0 infinite values; the model's answers mean nothing",
    "norm.weight holds 0 NaN and 2 infinite values; the model's answers mean nothing",
  ]);
});

test("positions of another grid are resampled, and that is said", async () => {
  const warnings: string[] = [];
  const loaded = await loadModel(
    { config: withArguments({ img_size: 48 }), weights: await weightsFixture("timm.safetensors") },
    { onWarning: (warning) => warnings.push(warning) },
  );
  expect(warnings).toEqual(["pos_embed was made for another grid: resampled from [1, 17, 48] to [1, 37, 48]"]);
  const larger = new Float32Array(3 * 48 * 48).fill(0.1);
  expect((await run(loaded, larger, [1, 3, 48, 48])).every(Number.isFinite)).toBe(true);
});

test("its own grid is not resampled, and nothing is said", async () => {
  const warnings: string[] = [];
  const weights = await weightsFixture("timm.safetensors");
  const loaded = await loadModel({ config, weights }, { onWarning: (warning) => warnings.push(warning) });
  const logits = await run(loaded, await expected("input"), [2, 3, 32, 32]);
  await expect(logits).toBeAllClose(await expected("logits"), { rtol: 1e-4, atol: 1e-5 });
  expect(warnings).toEqual([]);
});

test.each([
  [3, /missing \(12\):[^]*blocks\.2\.attn\.qkv\.weight: expected \[144, 48\], got nothing[^]*another variant\?$/],
  [1, /unexpected \(12\):[^]*blocks\.1\.attn\.qkv\.weight: got \[144, 48\][^]*another variant\?$/],
])("a state dict for another depth than %d names every difference", async (depth, message) => {
  const weights = await weightsFixture("timm.safetensors");
  expect(await failure(loadModel({ config: withArguments({ depth }), weights }))).toMatch(message);
});

test("a head of another class count names the option that resets it", async () => {
  const files = { config: jsonBlob({ ...tinyConfig, num_classes: 4 }), weights: await weightsFixture("bfloat16.pth") };
  expect(await failure(loadModel(files))).toMatch(
    /head\.weight: expected \[4, 48\], got \[10, 48\][^]*Only the head differs: pass { resetHead: true }/,
  );
  const { model, labels } = await loadModel(files, { resetHead: true });
  model.dispose();
  expect(labels).toHaveLength(4);
});

test("a hybrid with a ResNet is refused by the name of its part", async () => {
  const one = { shape: [1, 1, 1, 1], values: Float32Array.of(1) };
  const weights = writeSafetensors({ "embedding/kernel": one, "conv_root/kernel": one });
  expect(await failure(loadModel({ config, weights }))).toMatch(
    /got conv_root\/kernel of a hybrid with a ResNet; load it as one, such as vit_base_r50_s16_384/,
  );
});
