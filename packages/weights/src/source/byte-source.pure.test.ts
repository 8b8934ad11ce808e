import { expect, test } from "vitest";
import { readSafetensors } from "../safetensors/read.ts";
import { writeSafetensors } from "../safetensors/write.ts";
import { type ByteSource, bufferSource } from "./byte-source.ts";
import { openSource } from "./open-source.ts";

const bytes = Uint8Array.of(0, 1, 2, 3, 4);

test.each<[string, () => ArrayBuffer | Uint8Array | Blob | ByteSource]>([
  ["a buffer", () => bytes.slice().buffer],
  ["a view", () => Uint8Array.of(9, ...bytes, 9).subarray(1, 6)],
  ["a Blob", () => new Blob([bytes])],
  ["a source of one's own", () => bufferSource(bytes)],
])("reads ranges of %s", async (_, make) => {
  const source = await openSource(make());
  expect(source.length).toBe(5);
  expect(await source.read(1, 3)).toEqual(Uint8Array.of(1, 2, 3));
  expect(await source.read(5, 0)).toEqual(new Uint8Array());
  for (const [offset, length] of [
    [3, 3],
    [-1, 1],
    [0, -1],
    [0.5, 1],
    [0, Number.NaN],
    [2 ** 53, 1],
  ] as const)
    await expect(source.read(offset, length)).rejects.toThrow(/expected .* bytes at .*, got a length of 5/);
  await expect(source.read(0, 1, AbortSignal.abort())).rejects.toThrow(/abort/);
  await source.close();
});

test("a reader's changes do not reach the buffer", async () => {
  const source = await openSource(bytes);
  (await source.read(0, 5)).fill(9);
  expect(await source.read(0, 5)).toEqual(bytes);
});

test("a File is called by its name", async () => {
  await expect(readSafetensors(new File([bytes], "mine.safetensors"))).rejects.toThrow(/^mine\.safetensors: expected/);
});

test("disposing a checkpoint closes its source, and so does refusing it", async () => {
  let closed = 0;
  const counted = (file: Uint8Array): ByteSource => ({ ...bufferSource(file), close: async () => void closed++ });
  const checkpoint = await readSafetensors(counted(writeSafetensors({})));
  expect(closed).toBe(0);
  await checkpoint.dispose();
  expect(closed).toBe(1);
  await expect(readSafetensors(counted(bytes))).rejects.toThrow(/expected/);
  expect(closed).toBe(2);
});
