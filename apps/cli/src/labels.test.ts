import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FormatError } from "@tessera/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readLabels } from "./labels.ts";

const file = (name: string) => fileURLToPath(new URL(`./__fixtures__/labels/${name}`, import.meta.url));
const names = ["ant", "bee", "cow", "dog", "émeu"];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tessera-labels-"));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  "array.json",
  "id2label.json",
  "id2label-pretty.json",
  "label2id.json",
  "imagenet_class_index.json",
  "plain.txt",
  "blank.txt",
  "bom.txt",
  "cr.txt",
  "crlf.txt",
  "trail.txt",
  "tsv.txt",
  "utf16.txt",
  "utf16nl.txt",
])("%s is read as what it is", async (name) => {
  expect(await readLabels(file(name))).toEqual(names);
});

test("lines are names whatever they begin with, and two classes may share one", async () => {
  expect(await readLabels(file("bracket.txt"))).toEqual(["[other]", "bee", "cow", "dog", "émeu"]);
  expect(await readLabels(file("hash.txt"))).toEqual(["# classes", ...names]);
  expect(await readLabels(file("dup.txt"))).toEqual(["a", "a", "b", "c", "d"]);
});

test.each([
  ["latin1.txt", /latin1\.txt: expected text in UTF-8 or UTF-16, got another encoding; save it as UTF-8/],
  ["emptyline.txt", /emptyline\.txt: expected a name on every line, got none on line 2; write one name a class/],
])("%s is refused", async (name, message) => {
  const error: unknown = await readLabels(file(name)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(message);
});

/** A file of this content. */
async function written(content: string | Uint8Array): Promise<string> {
  const path = join(folder, "labels");
  await writeFile(path, content);
  return path;
}

test.each([
  ["transformers' config", '{"model_type": "vit", "id2label": {"0": "no", "1": "yes"}}', ["no", "yes"]],
  ["timm's config", '{"architecture": "vit", "label_names": ["no", "yes"]}', ["no", "yes"]],
  ["numbers behind a comma", "1,yes\n0,no\n", ["no", "yes"]],
  ["numbers that are names", "1984\n2001\n", ["1984", "2001"]],
  ["lines that begin as a list", "[1] one\n[2] two\n", ["[1] one", "[2] two"]],
])("%s is read", async (_, content, expected) => {
  expect(await readLabels(await written(content))).toEqual(expected);
});

test.each([
  ["a list of numbers", "[1, 2]", /expected a JSON list of names, or an object/],
  ["a gap", '{"0": "a", "2": "c"}', /expected a JSON list of names, or an object/],
  ["half a list", '["a", "b"', /expected JSON, got text that begins as it \(.*\); mend it/],
  ["UTF-16 without its mark", Uint8Array.of(97, 0, 10, 0), /expected text, got zero bytes in it; save it as UTF-8/],
  ["nothing", "", /expected a name on every line, got none on line 1/],
])("%s is refused", async (_, content, message) => {
  await expect(readLabels(await written(content))).rejects.toThrow(message);
});

test("no such file says so", async () => {
  await expect(readLabels(join(folder, "none.txt"))).rejects.toThrow(/expected a file of labels, got no such file/);
});
