import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findImages } from "./find-images.ts";

let folder: string;
const path = (...names: string[]) => join(folder, ...names);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tessera-images-"));
  await mkdir(path("a", "b"), { recursive: true });
  for (const name of ["a/1.jpg", "a/b/2.PNG", "a/.hidden.jpg", "a/notes.txt", "3.webp"])
    await writeFile(path(name), "");
  await symlink(path("a"), path("a", "b", "up"));
  await symlink(path("a", "1.jpg"), path("a", "same.jpg"));
  await symlink(path("3.webp"), path("a", "three.webp"));
  await symlink(path("nowhere.jpg"), path("a", "broken.jpg"));
});
afterAll(() => rm(folder, { recursive: true }));

test("links in a folder are followed, each place and each picture once", async () => {
  const found = [path("a", "1.jpg"), path("a", "b", "2.PNG"), path("a", "three.webp")];
  expect(await findImages([path("a")])).toEqual(found);
  const matched = await findImages([path("a", "*.{jpg,webp}")]);
  expect(matched.map((name) => basename(name))).toEqual(["1.jpg", "three.webp"]);
});

test("each argument has its own rows, also where two name the same picture", async () => {
  const names = [path("a", "1.jpg"), path("a", "same.jpg"), path("a", "1.jpg"), "https://host/1.jpg", "none.jpg"];
  expect(await findImages(names)).toEqual(names);
  expect(await findImages([path("a", "b"), path("a", "b", "2.PNG")])).toContain(path("a", "b", "2.PNG"));
});
