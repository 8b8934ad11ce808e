import type { StoredTensor } from "@tessera/core";
import { expect, test } from "vitest";
import { tensorFolder } from "./tensor-folder.ts";

const of = (...values: number[]): Map<string, StoredTensor> =>
  new Map([["w", { dtype: "F32", shape: [values.length], read: async () => Float32Array.from(values) }]]);

test("keeps sets of tensors in the page's private file system", async () => {
  const folder = tensorFolder(`runs/${crypto.randomUUID()}`);
  expect(await folder.list()).toEqual([]);
  await folder.save("b", of(1, 2), { step: "3" });
  await folder.save("a", of(0), {});
  const failing = new Map<string, StoredTensor>([
    ["w", { dtype: "F32", shape: [1], read: () => Promise.reject(new Error("lost")) }],
  ]);
  await expect(folder.save("a", failing, {})).rejects.toThrow("lost");
  expect(await folder.list()).toEqual(["a", "b"]);
  const a = await folder.open("a");
  expect(await a.tensors.get("w")!.read()).toEqual(Float32Array.of(0));
  const b = await folder.open("b");
  expect([await b.tensors.get("w")!.read(), b.metadata]).toEqual([Float32Array.of(1, 2), { step: "3" }]);
  await folder.remove("a");
  await folder.remove("never there");
  expect(await folder.list()).toEqual(["b"]);
});
