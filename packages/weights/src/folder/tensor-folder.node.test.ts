import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoredTensor } from "@tessera/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tensorFolder } from "./tensor-folder.ts";

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), "tessera-folder-"));
});
afterEach(() => rm(place, { recursive: true }));

const of = (...values: number[]): Map<string, StoredTensor> =>
  new Map([["w", { dtype: "F32", shape: [values.length], read: async () => Float32Array.from(values) }]]);

test("saves, lists, opens, replaces and removes", async () => {
  const folder = tensorFolder(join(place, "deep", "run"));
  expect(await folder.list()).toEqual([]);
  await folder.save("b", of(1, Number.NaN), { step: "3" });
  await folder.save("a", of(0), {});
  await folder.save("a", of(2), {});
  expect(await folder.list()).toEqual(["a", "b"]);
  const b = await folder.open("b");
  expect([await b.tensors.get("w")!.read(), b.metadata]).toEqual([Float32Array.of(1, Number.NaN), { step: "3" }]);
  await b.dispose();
  const a = await folder.open("a");
  expect(await a.tensors.get("w")!.read()).toEqual(Float32Array.of(2));
  await a.dispose();
  await folder.remove("a");
  await folder.remove("never there");
  expect(await folder.list()).toEqual(["b"]);
  await expect(folder.open("a")).rejects.toThrow(/a\.safetensors: expected a file, got no such file/);
});

test("keeps what was there when a write fails, and clears away what a killed one left", async () => {
  const folder = tensorFolder(place);
  await folder.save("a", of(1), {});
  const failing = new Map<string, StoredTensor>([
    ["w", { dtype: "F32", shape: [1], read: () => Promise.reject(new Error("lost")) }],
  ]);
  await expect(folder.save("a", failing, {})).rejects.toThrow("lost");
  const left = "a.safetensors.0123456789ab.tmp";
  await writeFile(join(place, left), "half");
  expect(await folder.list()).toEqual(["a"]);
  expect(await (await folder.open("a")).tensors.get("w")!.read()).toEqual(Float32Array.of(1));
  await folder.save("b", of(2), {});
  expect(await readdir(place)).toEqual(["a.safetensors", "b.safetensors"]);
});
