// `classify` with checkpoints of every format, through the real command.
import { fileURLToPath } from "node:url";
import { createBackbone } from "@tessera/pipeline";
import { openCheckpoint, saveSafetensors } from "@tessera/weights";
import { afterAll, beforeAll, expect, test } from "vitest";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

type Documents = [{ top: { label: string }[]; logits: number[] }];

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../../packages/weights/src/__fixtures__/${name}`, import.meta.url));

let place: Workplace;
let picture: string;
let tiny: string;
beforeAll(async () => {
  place = await workplace();
  picture = await place.picture("one.jpg");
  tiny = place.path("tiny");
  const config = {
    architecture: "vit",
    num_classes: 10,
    model_args: { img_size: 32, patch_size: 8, embed_dim: 48, depth: 2, num_heads: 3 },
  };
  await place.write("tiny/config.json", JSON.stringify(config));
});
afterAll(() => place?.dispose());

test("every format gives the same logits", async () => {
  const logits = async (name: string) =>
    (await json<Documents>(["classify", picture, "--model", tiny, "--weights", fixture(name), "--logits"]))[0].logits;
  const expected = await logits("timm.safetensors");
  for (const [name, digits] of [
    ["legacy_not_zip.pth", 5],
    ["wrapped_model.pth.tar", 5],
    ["bfloat16.pth", 1],
    // another GELU: close, and not the same
    ["google_compressed.npz", 2],
    ["huggingface.safetensors", 5],
  ] as const) {
    for (const [i, value] of (await logits(name)).entries()) expect(value, name).toBeCloseTo(expected[i]!, digits);
  }
});

test("a variant with weights has ImageNet's names by its tag, or those that are given", async () => {
  const weights = place.path("vit_tiny.safetensors");
  const model = await createBackbone("vit_tiny_patch16_224");
  const zeros = [...model.params()].map(([path, { shape, size }]) => [path, { shape, values: new Float32Array(size) }]);
  await saveSafetensors(weights, Object.fromEntries(zeros), { dtype: "F16" });
  const classify = ["classify", picture, "--arch", "vit_tiny_patch16_224", "--weights", weights, "--top", "3"];
  const [named] = await json<Documents>(classify);
  // all logits are zero, and so the first three classes come first
  expect(named.top.map(({ label }) => label)).toEqual(["tench, Tinca tinca", "goldfish, Carassius auratus", expect.stringContaining("great white shark")]); // prettier-ignore
  const labels = await place.write("labels.txt", Array.from({ length: 1000 }, (_, i) => `thing ${i}`).join("\n"));
  const [given] = await json<Documents>([...classify, "--labels", labels]);
  expect(given.top.map(({ label }) => label)).toEqual(["thing 0", "thing 1", "thing 2"]);
});

test("what is odd about weights is a warning by name, and stdout stays as it is", async () => {
  const { tensors, dispose } = await openCheckpoint(fixture("timm.safetensors"));
  const all: Record<string, { shape: readonly number[]; values: Float32Array }> = {};
  for (const [name, stored] of tensors)
    all[name] = { shape: stored.shape, values: (await stored.read()) as Float32Array };
  await dispose();
  all["norm.bias"]!.values[3] = NaN;
  const odd = place.path("odd.safetensors");
  await saveSafetensors(odd, all);
  const { code, stdout, stderr } = await tessera(["classify", picture, "--model", tiny, "--weights", odd, "--json"]);
  expect([code, stderr]).toEqual([0, "warning: norm.bias holds 1 NaN and 0 infinite values; the model's answers mean nothing\n"]); // prettier-ignore
  expect(JSON.parse(stdout)).toHaveLength(1);
});

test("--entry chooses among several weights wherever weights are read, and the averaged ones come first", async () => {
  const { tensors, dispose } = await openCheckpoint(fixture("timm.safetensors"));
  const both: Record<string, { shape: readonly number[]; values: Float32Array }> = {};
  for (const [name, stored] of tensors) {
    const values = (await stored.read()) as Float32Array;
    both[`ema_model.module.${name}`] = { shape: stored.shape, values };
    both[`model.${name}`] = { shape: stored.shape, values: new Float32Array(values.length) };
  }
  await dispose();
  const file = place.path("both.safetensors");
  await saveSafetensors(file, both);
  const withFile = ["--model", tiny, "--weights", file];
  const { stderr, stdout } = await tessera(["classify", picture, ...withFile, "--logits", "--json"]);
  expect(stderr).toBe("warning: the file holds other weights too; entry takes another: model\n");
  const [averaged] = JSON.parse(stdout) as Documents;
  const [alone] = await json<Documents>(["classify", picture, "--model", tiny, "--weights", fixture("timm.safetensors"), "--logits"]); // prettier-ignore
  expect(averaged.logits).toEqual(alone.logits);
  const [zeros] = await json<Documents>(["classify", picture, ...withFile, "--entry", "model", "--logits"]);
  expect(new Set(zeros.logits)).toEqual(new Set([0]));
  const [{ embedding }] = await json<[{ embedding: number[] }]>(["embed", picture, ...withFile, "--entry", "model"]);
  expect(new Set(embedding)).toEqual(new Set([0]));
  const same = await json<{ passed: boolean }>(["parity", tiny, "--weights", file, "--entry", "model", "--backend", "cpu"]); // prettier-ignore
  expect(same.passed).toBe(true);
  const written = await json<{ tensors: number }>(["convert", file, place.path("one.safetensors"), "--entry", "model"]);
  expect(written.tensors).toBe(tensors.size);

  const labels = Array.from({ length: 10 }, (_, i) => `class ${i}`);
  const data = await place.pictures("classes", Object.fromEntries(labels.map((label) => [label, 2])));
  const judged = await json<{ loss: number }>(["eval", data, ...withFile, "--entry", "model", "--backend", "wasm"]);
  expect(judged.loss).toBeCloseTo(Math.log(10), 5);
  const tune = ["finetune", data, ...withFile, "--only", "head", "--epochs", "1", "--workers", "0", "--backend", "wasm", "--out", place.path("tuned")]; // prettier-ignore
  expect((await tessera([...tune, "--entry", "student"])).stderr).toMatch(/student/);
  expect((await tessera([...tune, "--entry", "model"])).code).toBe(0);
});

test("a head of another class count names the flag that resets it", async () => {
  const labels = await place.write("two.json", '["yes", "no"]');
  const config = JSON.stringify({
    architecture: "vit",
    num_classes: 2,
    model_args: { img_size: 32, patch_size: 8, embed_dim: 48, depth: 2, num_heads: 3 },
  });
  await place.write("two/config.json", config);
  const classify = ["classify", picture, "--model", place.path("two"), "--weights", fixture("timm.safetensors"), "--labels", labels]; // prettier-ignore
  const { code, stderr } = await tessera(classify);
  expect(code).toBe(1);
  expect(stderr).toMatch(/head\.weight: expected \[2, 48\], got \[10, 48\][^]*Only the head differs: pass \{ resetHead: true \} to begin it anew, and train it\.\n\(on the command line: `tessera finetune` trains a new head for your classes\)\n$/); // prettier-ignore
  const [document] = await json<Documents>([...classify, "--reset-head"]);
  expect(document.top.map(({ label }) => label).sort()).toEqual(["no", "yes"]);
});

test("a file that would run code runs nothing", async () => {
  const { code, stdout, stderr } = await tessera(["classify", picture, "--model", tiny, "--weights", fixture("malicious.pth")]); // prettier-ignore
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^error: .*got posix\.system, which would run code/);
});
