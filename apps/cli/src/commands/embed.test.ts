import { readFile, readdir, stat } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

let place: Workplace;
let model: string;
let pictures: string[];
beforeAll(async () => {
  place = await workplace();
  model = await place.model("model");
  pictures = [await place.picture("one.jpg"), await place.picture("two.png", { width: 30, height: 20 })];
});
afterAll(() => place?.dispose());

const small = (...args: string[]) => ["embed", "--model", model, ...args];

/** A NumPy file of float32 in C order, by numpy.lib.format. */
async function readNpy(file: string): Promise<{ shape: number[]; values: Float32Array }> {
  const bytes = await readFile(file);
  expect(bytes.subarray(0, 8).toString("latin1")).toBe("\x93NUMPY\x01\x00");
  const start = 10 + bytes.readUInt16LE(8);
  expect(start % 64).toBe(0);
  const header = bytes.subarray(10, start).toString("latin1");
  const shape = /^\{'descr': '<f4', 'fortran_order': False, 'shape': \((.*?),?\), \} *\n$/.exec(header)![1]!;
  return {
    shape: shape.split(", ").map(Number),
    values: new Float32Array(new Uint8Array(bytes.subarray(start)).buffer),
  };
}

describe("tessera embed", () => {
  test("prints the beginning of each vector", async () => {
    const { code, stdout, stderr } = await tessera(small(...pictures));
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^one\.jpg {2}\[4\](?: {1,2}-?\d\.\d{3}){4}\ntwo\.png {2}\[4\]/);
  });

  test("--json has all of it, by the documented schema", async () => {
    const documents = await json<{ image: string; embedding: number[] }[]>(small(...pictures));
    expect(documents.map(({ image }) => image)).toEqual(pictures);
    for (const document of documents) {
      expect(Object.keys(document)).toEqual(["image", "embedding"]);
      expect(document.embedding).toHaveLength(4);
    }
    const [scaled] = await json<{ embedding: number[] }[]>(small(...pictures, "--normalize"));
    expect(Math.hypot(...scaled!.embedding)).toBeCloseTo(1);
  });

  test("--out writes one NumPy array, over an older file, and nothing else", async () => {
    const out = await place.write("out/all.npy", "old");
    const { code, stdout, stderr } = await tessera(small(...pictures, "--out", out));
    expect([code, stdout, stderr]).toEqual([0, "", `wrote ${out}: 2 × 4 float32\n`]);
    const { shape, values } = await readNpy(out);
    expect(shape).toEqual([2, 4]);
    const documents = await json<{ embedding: number[] }[]>(small(...pictures, "--out", out));
    expect([...values]).toEqual(documents.flatMap(({ embedding }) => embedding));
    expect(await readdir(place.path("out"))).toEqual(["all.npy"]);
  });

  test("--out writes nothing when a picture cannot be read", async () => {
    const missing = place.path("missing.jpg");
    const out = place.path("never.npy");
    const { code, stderr } = await tessera(small(pictures[0]!, missing, "--out", out));
    expect(code).toBe(1);
    expect(stderr.trimEnd().split("\n")).toEqual([
      `error: decodeImage: expected an image file, got no such file: ${missing}`,
      `${out} was not written: 1 of 2 pictures could not be read`,
    ]);
    await expect(stat(out)).rejects.toThrow("ENOENT");
    const { stdout } = await tessera(small(missing, pictures[0]!, "--json"));
    const [first, second] = JSON.parse(stdout) as { image: string; embedding?: number[] }[];
    expect(first).toEqual({
      image: missing,
      error: `decodeImage: expected an image file, got no such file: ${missing}`,
    });
    expect([second!.image, second!.embedding?.length]).toEqual([pictures[0], 4]);
  });

  test("--out into a folder that is not there, or onto one, fails before any work", async () => {
    const nowhere = await tessera(small(pictures[0]!, "--out", place.path("no", "such", "file.npy")));
    expect(nowhere.code).toBe(1);
    expect(nowhere.stderr).toMatch(
      /^error: .*file\.npy: expected to write it, got ENOENT.*; check the folder and the disk\n$/,
    );
    const folder = await tessera(small(pictures[0]!, "--out", place.folder));
    expect(folder.stderr).toBe(`error: ${place.folder}: expected a file to write, got a folder; name a file in it\n`);
  });
});
