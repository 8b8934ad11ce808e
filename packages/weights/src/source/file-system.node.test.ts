import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { TesseraError } from "@tessera/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readSafetensors } from "../safetensors/read.ts";
import { saveSafetensors } from "../safetensors/write.ts";
import { openSource } from "./open-source.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tessera-weights-"));
});
afterEach(() => rm(folder, { recursive: true }));

const tensors = {
  w: { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) },
  n: { shape: [1], values: BigInt64Array.of(7n) },
};

test("reads ranges of a file, by path and by file: URL", async () => {
  const path = join(folder, "bytes with space.bin");
  await writeFile(path, Uint8Array.of(0, 1, 2, 3, 4));
  for (const input of [path, pathToFileURL(path), pathToFileURL(path).href]) {
    const source = await openSource(input);
    expect([source.name, source.length]).toEqual([path, 5]);
    expect(await Promise.all([source.read(1, 3), source.read(4, 1), source.read(5, 0)])).toEqual([
      Uint8Array.of(1, 2, 3),
      Uint8Array.of(4),
      new Uint8Array(),
    ]);
    await expect(source.read(3, 3)).rejects.toThrow(/expected 3 bytes at 3, got a length of 5/);
    await expect(source.read(0, 2, AbortSignal.abort())).rejects.toThrow(/abort/);
    await source.close();
    await source.close();
    await expect(source.read(0, 1)).rejects.toThrow(/expected an open file, got a disposed one/);
  }
});

test("says what is wrong with a path", async () => {
  await expect(openSource(join(folder, "none.bin"))).rejects.toThrow(
    /none\.bin: expected a file, got no such file; check the path/,
  );
  await expect(openSource(join(folder, "none.bin"))).rejects.toMatchObject({ code: "not-found" });
  await expect(openSource(folder)).rejects.toThrow(/expected a file, got a folder; name the file inside it/);
  await expect(openSource(folder)).rejects.toMatchObject({ code: "invalid" });
  await symlink(join(folder, "gone"), join(folder, "link"));
  await expect(openSource(join(folder, "link"))).rejects.toThrow(TesseraError);
});

test("does not wait for somebody to write to a pipe", async () => {
  execFileSync("mkfifo", [join(folder, "pipe")]);
  await expect(openSource(join(folder, "pipe"))).rejects.toThrow(
    /pipe: expected a file, got a pipe; write it to a file/,
  );
  await expect(openSource("/dev/zero")).rejects.toThrow(/zero: expected a file, got a device or a socket/);
});

test("notices a file that is cut while it is open", async () => {
  const path = join(folder, "cut.bin");
  await writeFile(path, new Uint8Array(100));
  const source = await openSource(path);
  await truncate(path, 50);
  await expect(source.read(0, 100)).rejects.toThrow(/expected 100 bytes at 0, got 50; the file was cut/);
  await source.close();
});

test("saves a file that can be read, replacing an older one, and leaves nothing else", async () => {
  const path = join(folder, "model.safetensors");
  await writeFile(path, "old");
  await saveSafetensors(path, tensors, { metadata: { format: "pt" } });
  const read = await readSafetensors(path);
  expect(read.metadata).toEqual({ format: "pt" });
  expect(await read.tensors.get("w")!.read()).toEqual(tensors.w.values);
  expect(await readdir(folder)).toEqual(["model.safetensors"]);

  // a checkpoint saved over itself: its source stays open on the old file
  await saveSafetensors(path, read.tensors, { dtype: "F16" });
  await read.dispose();
  const again = await readSafetensors(path);
  expect(again.tensors.get("w")!.dtype).toBe("F16");
  await again.dispose();
});

test("a file that is written anew keeps its mode, and a link stays one", async () => {
  const path = join(folder, "model.safetensors");
  await writeFile(path, "old");
  await symlink("model.safetensors", join(folder, "link"));
  for (const mode of [0o600, 0o664, 0o666]) {
    await chmod(path, mode);
    await saveSafetensors(join(folder, "link"), tensors);
    expect((await stat(path)).mode & 0o777).toBe(mode);
  }
  expect((await lstat(join(folder, "link"))).isSymbolicLink()).toBe(true);
  expect(await readdir(folder)).toEqual(["link", "model.safetensors"]);
});

test.skipIf(!existsSync("/dev/full"))("a device is written to, and not replaced by a file", async () => {
  await expect(saveSafetensors("/dev/full", tensors)).rejects.toThrow(
    "/dev/full: expected a whole write, got a full disk; make room and try again",
  );
  await saveSafetensors("/dev/null", tensors);
  for (const device of ["/dev/full", "/dev/null"]) expect((await stat(device)).isCharacterDevice()).toBe(true);
});

test("a save that fails leaves the older file and nothing else", async () => {
  const path = join(folder, "model.safetensors");
  await writeFile(path, "old");
  const broken = new Map([["w", { dtype: "F32", shape: [2], read: () => Promise.reject(new Error("unplugged")) }]]);
  await expect(saveSafetensors(path, broken)).rejects.toThrow("unplugged");
  await expect(saveSafetensors(path, { w: { shape: [3], values: new Float32Array(2) } })).rejects.toThrow(
    /expected 3 values/,
  );
  expect(await readFile(path, "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["model.safetensors"]);
  await expect(saveSafetensors(join(folder, "no", "such", "x"), tensors)).rejects.toThrow(
    /expected a place to write to/,
  );
  await mkdir(join(folder, "taken"));
  await writeFile(join(folder, "taken", "x"), "");
  await expect(saveSafetensors(join(folder, "taken"), tensors)).rejects.toThrow(/taken: expected a whole write/);
  expect(await readdir(folder)).toEqual(["model.safetensors", "taken"]);
});
