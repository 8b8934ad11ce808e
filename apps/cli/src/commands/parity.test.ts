import { fileURLToPath } from "node:url";
import { openCheckpoint, saveSafetensors } from "@tessera/weights";
import { afterAll, beforeAll, expect, test } from "vitest";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

interface Document {
  model: string;
  reference: string;
  tolerance: number;
  rows: { backend: string; maxDifference: number; top1Agreement: number; passed: boolean }[];
  passed: boolean;
}

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../../packages/weights/src/__fixtures__/${name}`, import.meta.url));

let place: Workplace;
let model: string;
beforeAll(async () => {
  place = await workplace();
  model = await place.model("model");
  const config = {
    architecture: "vit",
    num_classes: 10,
    model_args: { img_size: 32, patch_size: 8, embed_dim: 48, depth: 2, num_heads: 3 },
  };
  await place.write("tiny/config.json", JSON.stringify(config));
});
afterAll(() => place?.dispose());

const backends = ["--backend", "wasm,cpu"];

test("backends agree, as a table and as JSON", async () => {
  const { code, stdout, stderr } = await tessera(["parity", model, ...backends]);
  expect([code, stderr]).toEqual([0, `${model} beside wasm; a difference of 0.001 of the largest logit passes\n`]);
  expect(stdout).toMatch(/^backend +max difference +mean +same top-1 +ms +passed +device\nwasm .* yes .*\ncpu .* 100 % .* yes .*\n$/); // prettier-ignore
  const document = await json<Document>(["parity", model, ...backends]);
  expect(document).toMatchObject({ model, reference: "wasm", tolerance: 0.001, passed: true });
  expect(document.rows.map(({ backend }) => backend)).toEqual(["wasm", "cpu"]);
  expect(document.rows[1]!.maxDifference).toBeGreaterThan(0);
});

test("a reference of PyTorch passes, and a wrong one fails", async () => {
  const tiny = ["parity", place.path("tiny"), "--weights", fixture("timm.safetensors"), ...backends];
  const right = await json<Document>([...tiny, "--reference", fixture("expected.safetensors"), "--tolerance", "1e-5"]);
  expect(right.rows.every(({ passed, top1Agreement }) => passed && top1Agreement === 1)).toBe(true);

  const { tensors, dispose } = await openCheckpoint(fixture("expected.safetensors"));
  const [input, other] = [tensors.get("input")!, tensors.get("logits")!];
  const wrong = place.path("wrong.safetensors");
  const logits = ((await other.read()) as Float32Array).map((value) => value + 0.1);
  await saveSafetensors(wrong, {
    input: { shape: input.shape, values: await input.read() },
    logits: { shape: other.shape, values: logits },
  });
  await dispose();
  const { code, stdout } = await tessera([...tiny, "--reference", wrong]);
  expect([code, stdout.match(/ no /g)]).toEqual([1, [" no ", " no "]]);
});

test.each([
  ["a reference without logits", ["--reference", fixture("timm.safetensors")], 1, /expected tensors "input" \[b, 3, h, w\] and "logits" \[b, classes\], got blocks/], // prettier-ignore
  ["a reference of another model", ["--reference", fixture("expected.safetensors"), ...backends], 1, /parity: expected 20 logits as in the reference, got 6/], // prettier-ignore
  ["a backend that is none", ["--backend", "abacus"], 2, /Expected names among/],
  ["a tolerance that is none", ["--tolerance", "-1"], 2, /Expected a number above 0/],
])("refuses %s", async (_, args, exit, message) => {
  const { code, stdout, stderr } = await tessera(["parity", model, ...args]);
  expect([code, stdout]).toEqual([exit, ""]);
  expect(stderr).toMatch(message);
});
