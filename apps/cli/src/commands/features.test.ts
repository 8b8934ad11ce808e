import { mkdir, readFile, stat } from "node:fs/promises";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

let place: Workplace;
let folder: string;
let model: string;
beforeAll(async () => {
  place = await workplace();
  model = await place.model("model");
  folder = await place.pictures("colours", { red: 4, green: 4 });
  await place.write("colours/green/copy.png", await readFile(place.path("colours", "red", "0.png")));
});
afterAll(() => place?.dispose());

interface Document {
  images: { image: string; point: number[]; neighbours: { image: string; similarity: number }[] }[];
  duplicates: string[][];
  silhouette: number;
  files: string[];
}

const small = (...args: string[]) => ["features", ...args, "--model", model, "--backend", "cpu"];

test("lays pictures out on one page, with their neighbours and what is the same", async () => {
  const out = place.path("page.html");
  const found = await json<Document>(small(folder, "--out", out, "--neighbours", "2", "--same", "0.99999"));
  expect(found.images).toHaveLength(9);
  for (const { image, point, neighbours } of found.images) {
    expect(point.every(Number.isFinite)).toBe(true);
    expect(neighbours).toHaveLength(2);
    expect(neighbours.map((one) => one.image)).not.toContain(image);
  }
  const pair = [place.path("colours", "green", "copy.png"), place.path("colours", "red", "0.png")];
  expect(found.duplicates.some((group) => pair.every((image) => group.includes(image)))).toBe(true);
  expect([typeof found.silhouette, found.files]).toEqual(["number", [out]]);
  const page = await readFile(out, "utf8");
  expect(page.match(/<button /g)).toHaveLength(9);
  expect(page).toContain("default-src 'none'");
  expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:/);
});

test("draws the plane, and names pictures that cannot be read", async () => {
  await place.write("broken/bad.png", "no picture");
  for (const name of ["one", "two"]) await place.picture(`broken/${name}.png`);
  const out = place.path("plane.png");
  const { code, stdout, stderr } = await tessera(small(place.path("broken"), "--projection", "pca", "--out", out));
  expect([code, stdout]).toEqual([1, expect.stringContaining("the same: ")]);
  expect(stderr).toContain("bad.png");
  expect((await sharp(out).metadata()).width).toBe(1920);
});

test("refuses a folder without pictures, or with one, and leaves no file", async () => {
  await mkdir(place.path("empty"));
  const out = place.path("never.html");
  const empty = await tessera(small(place.path("empty"), "--out", out));
  expect([empty.code, empty.stderr]).toEqual([1, expect.stringMatching(/expected pictures in .*empty, got none/)]);
  await place.picture("single/one.png");
  const single = await tessera(small(place.path("single"), "--out", out));
  expect(single.stderr).toMatch(/single: expected at least two pictures that can be read, got 1/);
  await expect(stat(out)).rejects.toThrow("ENOENT");
});
