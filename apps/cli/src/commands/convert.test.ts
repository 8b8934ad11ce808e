import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { saveModel } from "@tessera/pipeline";
import { createVit } from "@tessera/vit";
import { openCheckpoint, saveSafetensors } from "@tessera/weights";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

interface Document {
  tensors: number;
  bytes: number;
  renamed: [string, string][];
  dropped: string[];
}

/** One tiny ViT in every format, which @tessera/weights keeps. */
const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../../packages/weights/src/__fixtures__/${name}`, import.meta.url));

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
});
afterAll(() => place?.dispose());

async function contents(file: string) {
  const { tensors, dispose } = await openCheckpoint(file);
  const entries = [...tensors].map(async ([name, stored]) => [name, stored.shape, await stored.read()] as const);
  const all = await Promise.all(entries);
  await dispose();
  return all.sort(([a], [b]) => (a < b ? -1 : 1));
}

describe("writes a folder", () => {
  test.each(["timm", "huggingface"] as const)("that %s loads, and so do we", async (to) => {
    const model = place.path(`from-${to}`);
    const vit = createVit("vit_tiny_patch16_224", { classes: 10, imageSize: 32, patchSize: 8, depth: 2 }).init(1);
    await saveModel(vit, model, { format: "timm", dtype: "F16" });
    vit.dispose();
    const out = place.path(`folder-${to}`);
    const report = await json<Document>(["convert", model, out, "--to", to, "--dtype", "F16"]);
    const files = ["config.json", "model.safetensors", ...(to === "huggingface" ? ["preprocessor_config.json"] : [])];
    expect((await readdir(out)).sort()).toEqual(files);
    expect(report.tensors).toBe(to === "timm" ? 32 : 40);
    const picture = fileURLToPath(new URL("../../../../examples/images/ship.jpg", import.meta.url));
    const classified = (spec: string) =>
      json<{ top: object[] }[]>(["classify", picture, "--model", spec, "--backend", "wasm"]);
    const [ours, theirs] = [await classified(model), await classified(out)];
    expect(theirs[0]!.top).toHaveLength(5);
    expect(theirs[0]!.top).toEqual(ours[0]!.top);
  });
});

describe("gives the same tensors", () => {
  test.each([
    ["wrapped_model.pth.tar", 0, ["epoch", "args"]],
    ["legacy_not_zip.pth", 0, []],
    ["google_fortran_order.npz", 40, []],
    ["huggingface.safetensors", 40, []],
  ] as const)("from %s", async (name, renamed, dropped) => {
    const out = place.path("out.safetensors");
    const report = await json<Document>(["convert", fixture(name), out]);
    expect(Object.keys(report)).toEqual(["tensors", "bytes", "renamed", "dropped"]);
    expect(report).toMatchObject({ tensors: 32, bytes: (await readFile(out)).length, dropped });
    expect(report.renamed).toHaveLength(renamed);
    expect(await contents(out)).toEqual(await contents(fixture("timm.safetensors")));
  });

  test("and as transformers has them, with a person told of every name", async () => {
    const out = place.path("theirs.safetensors");
    const { code, stdout, stderr } = await tessera([
      "convert",
      fixture("timm.safetensors"),
      out,
      "--to",
      "huggingface",
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain("cls_token -> vit.embeddings.cls_token\n");
    expect(stdout).toContain("blocks.1.attn.qkv.weight -> vit.encoder.layer.1.attention.attention.key.weight\n");
    expect(stderr).toBe(`wrote ${out}: 40 tensors, 0.3 MB; 40 renamed, 0 dropped, read as timm's\n`);
    expect(await contents(out)).toEqual(await contents(fixture("huggingface.safetensors")));
    const back = await json<Document>(["convert", out, place.path("same.safetensors"), "--to", "huggingface"]);
    expect(back.renamed).toEqual([]);
  });

  test("from a folder, rounded, and under their old names", async () => {
    const model = await place.model("model");
    const out = place.path("half.safetensors");
    await json(["convert", model, out, "--dtype", "BF16"]);
    const half = await openCheckpoint(out);
    expect([...half.tensors.values()].every(({ dtype }) => dtype === "BF16")).toBe(true);
    await half.dispose();
    const kept = await json<Document>(["convert", fixture("huggingface.safetensors"), out, "--keep-names"]);
    expect(kept).toMatchObject({ tensors: 40, renamed: [], dropped: [] });
  });
});

test("warns of NaN and infinity by name, and of values that the type cannot hold", async () => {
  const odd = place.path("odd.safetensors");
  await saveSafetensors(odd, { "norm.weight": { shape: [3], values: Float32Array.of(1, NaN, Infinity) } });
  const { code, stderr } = await tessera(["convert", odd, place.path("o.safetensors"), "--json"]);
  expect([code, stderr]).toEqual([0, "warning: norm.weight holds 1 NaN and 1 infinite values\n"]);
  await saveSafetensors(odd, { "norm.weight": { shape: [1], values: Float32Array.of(1e6) } });
  const tooLarge = await tessera(["convert", odd, place.path("large.safetensors"), "--dtype", "F16"]);
  expect(tooLarge.code).toBe(1);
  expect(tooLarge.stderr).toMatch(/^error: .*norm\.weight.*expected values in the range of the type, got 1000000/);
  expect(existsSync(place.path("large.safetensors"))).toBe(false);
});

describe("refuses, and writes nothing,", () => {
  const cases: [string, () => Promise<string[]>, RegExp][] = [
    ["a file that would run code", async () => [fixture("malicious.pth")], /got posix\.system, which would run code/],
    ["a file of another kind", async () => [await place.write("a.txt", "no weights, only a long enough text")], /expected \.safetensors, \.npz, \.npy, \.pth or \.pt, got something else/], // prettier-ignore
    ["a cut .safetensors", () => cut("timm.safetensors"), /truncated/],
    ["a cut .npz", () => cut("google_compressed.npz"), /cut\.npz: expected .*got/],
    ["a cut .pth", () => cut("bfloat16.pth"), /cut\.pth: expected .*got/],
    ["a cut legacy .pth", () => cut("legacy_not_zip.pth"), /cut\.pth: expected .*got/],
    ["no file", async () => [place.path("none.npz")], /no such file/],
    ["an entry that is none", async () => [fixture("wrapped_model.pth.tar"), "--entry", "student"], /student/],
    ["parts that transformers has not", async () => [await withRegisters(), "--to", "huggingface"], /toHuggingFaceNames: expected/], // prettier-ignore
  ];

  async function cut(name: string): Promise<string[]> {
    const bytes = await readFile(fixture(name));
    return [await place.write(`cut${/\.\w+$/.exec(name)![0]}`, bytes.subarray(0, Math.floor(bytes.length * 0.6)))];
  }

  async function withRegisters(): Promise<string> {
    const file = place.path("other.safetensors");
    await saveSafetensors(file, { "norm_pre.weight": { shape: [1], values: Float32Array.of(1) } });
    return file;
  }

  test.each(cases)("%s", async (_, args, message) => {
    const [input, ...more] = await args();
    const before = await readdir(place.folder);
    const { code, stdout, stderr } = await tessera(["convert", input!, place.path("not.safetensors"), ...more]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toMatch(message);
    expect(await readdir(place.folder)).toEqual(before);
  });

  test("a name to write that no program would read, and a folder that is none", async () => {
    const input = fixture("timm.safetensors");
    const { code, stderr } = await tessera(["convert", input, place.path("out.bin")]);
    expect([code, stderr]).toEqual([1, `error: convert: expected a name that ends in .safetensors, or a folder's, to write, got ${place.path("out.bin")}\n`]); // prettier-ignore
    const missing = await tessera(["convert", input, place.path("none", "out.safetensors")]);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringMatching(/^error: .*none/) as string]);
  });
});
