import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { TesseraError } from "@tessera/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { zipOf } from "../__fixtures__/archives.ts";
import { encodePng } from "../__fixtures__/encode-png.ts";
import { flat } from "../__fixtures__/pictures.ts";
import { openDataset } from "./open-dataset.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tessera-dataset-"));
});

afterEach(() => rm(folder, { recursive: true }));

async function write(path: string, bytes: Uint8Array | string): Promise<string> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), bytes);
  return join(folder, path);
}

test("reads folders, through links, and an archive of a folder", async () => {
  const png = await encodePng(flat(2, 2, [7, 8, 9]));
  await write("elsewhere/1.png", png);
  await write("set/train/cat/1.png", png);
  await write("set/train/.cache/1.png", png);
  await symlink(join(folder, "elsewhere"), join(folder, "set/train/dog"));
  // and one back to where it came from, which would never end
  await symlink(join(folder, "set"), join(folder, "elsewhere/set"));
  await write("set/test/dog/2.png", png);
  const { train, test: tested } = await openDataset(join(folder, "set"));
  expect(train.classes).toEqual(["cat", "dog"]);
  expect(train.nameOf(1)).toBe(join(folder, "set/train/dog/1.png"));
  expect(await train.read(1)).toEqual(flat(2, 2, [7, 8, 9]));
  expect(tested!.length).toBe(1);
  const zip = await write(
    "both.zip",
    await zipOf([
      { path: "a/1.png", bytes: png },
      { path: "b/1.png", bytes: png },
    ]),
  );
  expect((await openDataset(pathToFileURL(zip))).train.nameOf(1)).toBe(`${zip}: b/1.png`);
});

test("reads a manifest by itself, with absolute paths too", async () => {
  const png = await encodePng(flat(1, 1, [1, 2, 3]));
  const one = await write("pictures/1.png", png);
  const list = await write("list.csv", `path,label\npictures/1.png,a\n${one},b\nmissing.png,b\n`);
  const { train } = await openDataset(list);
  expect(await train.read(0)).toEqual(await train.read(1));
  await expect(train.read(2)).rejects.toThrow(/ENOENT/);
});

test("neither waits for pipes nor reads devices, wherever they are named", async () => {
  const png = await encodePng(flat(1, 1, [1, 2, 3]));
  for (const name of ["cat", "dog"]) await write(`set/${name}/1.png`, png);
  execFileSync("mkfifo", [join(folder, "set/cat/2.png")]);
  await symlink("/dev/zero", join(folder, "set/dog/3.png"));
  expect((await openDataset(join(folder, "set"))).train.length).toBe(2);
  const list = await write("list.csv", `path,label\n${join(folder, "set/cat/2.png")},a\n/dev/zero,b\n`);
  const { train } = await openDataset(list);
  for (const index of [0, 1])
    await expect(train.read(index)).rejects.toThrow(/expected a file, got a pipe, a device or a socket; leave it out/);
});

test("says what is missing or empty", async () => {
  await expect(openDataset(join(folder, "none"))).rejects.toThrow(
    new TesseraError(`openDataset: expected a folder or a file, got no such file or folder: ${join(folder, "none")}`, {
      code: "not-found",
    }),
  );
  const broken = await write("broken.zip", "hello");
  await expect(openDataset(broken)).rejects.toThrow(/broken\.zip: expected a zip or tar archive, got something else/);
  await rm(broken);
  await mkdir(join(folder, "cat"));
  await write("dog/1.png", "");
  await write("eel/1.png", "");
  await expect(openDataset(folder)).rejects.toThrow(/expected pictures of every class, got none of cat/);
});
