import { FormatError } from "@tessera/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ByteSource } from "../source/byte-source.ts";
import { hubFile } from "./hub-file.ts";
import { hubFiles } from "./hub-files.ts";
import { keepAbsence } from "./keep-absence.ts";
import type { HubOptions } from "./options.ts";
import { chunkBytes } from "./stored-blob.ts";

const endpoint = "https://hub.test";
const hex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

// two chunks and a bit
const big = new Uint8Array(2 * chunkBytes + 1000);
for (let i = 0; i < big.length; i++) big[i] = (i * 2654435761) >>> 21;

let cacheDir: string;
let commit: string;
let files: Record<string, Uint8Array<ArrayBuffer>>;
let seen: string[];
let served: number;
/** Breaks a body off after so many bytes, once for each entry. */
let cuts: number[];
let damage: boolean;

beforeEach(() => {
  cacheDir = `tessera-test-${crypto.randomUUID()}`;
  commit = "1".repeat(40);
  files = {
    "config.json": new TextEncoder().encode('{"architecture": "vit_tiny_patch16_224"}'),
    "sub/model.safetensors": big,
  };
  seen = [];
  served = 0;
  cuts = [];
  damage = false;
});
afterEach(async () => void (await caches.delete(cacheDir)));

function cutAfter(bytes: Uint8Array<ArrayBuffer>, limit: number): ReadableStream {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= limit) return controller.error(new TypeError("network error"));
      if (at >= bytes.length) return controller.close();
      const part = bytes.slice(at, Math.min(at + 2 ** 20, limit));
      at += part.length;
      served += part.length;
      return controller.enqueue(part);
    },
  });
}

const hashes = new Map<Uint8Array, { blobId: string; sha256: string }>();
async function hashesOf(bytes: Uint8Array<ArrayBuffer>): Promise<{ blobId: string; sha256: string }> {
  const known = hashes.get(bytes);
  if (known) return known;
  const head = new TextEncoder().encode(`blob ${bytes.length}\0`);
  const blobId = hex(await crypto.subtle.digest("SHA-1", await new Blob([head, bytes]).arrayBuffer()));
  const found = { blobId, sha256: hex(await crypto.subtle.digest("SHA-256", bytes)) };
  hashes.set(bytes, found);
  return found;
}

async function listing(): Promise<object[]> {
  const siblings: object[] = [];
  for (const [rfilename, bytes] of Object.entries(files)) {
    const { blobId, sha256 } = await hashesOf(bytes);
    const lfs = bytes.length > 1000 ? { sha256, size: bytes.length } : undefined;
    siblings.push({ rfilename, size: bytes.length, blobId, lfs });
  }
  return siblings;
}

/** A hub of one repository, as a page sees it: without redirects and with few headers. */
const serve = async (input: unknown, init?: RequestInit): Promise<Response> => {
  const { pathname } = new URL(String(input));
  const range = new Headers(init?.headers).get("range");
  seen.push(`${init?.method} ${pathname}${range ? ` ${range}` : ""}`);
  if (pathname.startsWith("/api/models/org/name/revision/"))
    return new Response(JSON.stringify({ sha: commit, siblings: await listing() }));
  const name = Object.keys(files).find((file) => pathname === `/org/name/resolve/${commit}/${file}`);
  if (!name) return new Response(null, { status: 404 });
  const bytes = files[name]!.slice();
  if (damage) bytes[5]! ^= 1;
  const start = range ? Number(/^bytes=(\d+)-$/.exec(range)![1]) : 0;
  const headers = range ? { "Content-Range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : undefined;
  return new Response(cutAfter(bytes.slice(start), cuts.shift() ?? Infinity), { status: range ? 206 : 200, headers });
};

const get = (file: string, options: HubOptions = {}): Promise<ByteSource> =>
  hubFile("org/name", file, {
    endpoint,
    cacheDir,
    fetch: serve,
    retry: { attempts: 2, delayMs: 1 },
    ...options,
  }) as Promise<ByteSource>;
const gone: HubOptions = { fetch: () => Promise.reject(new TypeError("Failed to fetch")) };

async function expectWhole(source: ByteSource, file: string): Promise<void> {
  const wanted = files[file]!;
  expect(source.length).toBe(wanted.length);
  const got = await source.read(0, wanted.length);
  let same = 0;
  while (same < got.length && got[same] === wanted[same]) same++;
  expect(same).toBe(wanted.length);
}

test("keeps a file in the Cache API and reads it from there", async () => {
  const name = "sub/model.safetensors";
  const loaded: number[] = [];
  const source = await get(name, { onProgress: (progress) => void loaded.push(progress.loaded) });
  await expectWhole(source, name);
  const border = chunkBytes - 3;
  expect(await source.read(border, 7)).toEqual(big.slice(border, border + 7));
  expect(await source.read(source.length, 0)).toEqual(new Uint8Array());
  await expect(source.read(source.length - 1, 2)).rejects.toThrow(
    /org\/name@main\/sub\/model\.safetensors: expected 2 bytes/,
  );
  await expect(source.read(0, 9, AbortSignal.abort())).rejects.toThrow(/abort/);
  await source.close();
  expect([loaded[0], loaded.at(-1)]).toEqual([0, big.length]);
  await expectWhole(await get("config.json"), "config.json");

  seen = [];
  served = 0;
  await expectWhole(await get(name), name);
  expect(seen).toEqual(["GET /api/models/org/name/revision/main"]);
  await expectWhole(await get(name, { ...gone, revision: commit }), name);
  await expectWhole(await get(name, { ...gone, offline: true }), name);
  await expectWhole(await get(name, gone), name);
  expect(served).toBe(0);
  await keepAbsence("org/name", "sub/preprocessor_config.json", { endpoint, cacheDir, commit });
  expect(await hubFiles("org/name", { endpoint, cacheDir, offline: true })).toMatchObject({
    commit,
    files: [{ name: "config.json" }, { name: "sub/model.safetensors" }],
    isWhole: false,
    absent: ["sub/preprocessor_config.json"],
  });
});

test("continues by range what was cut, in the same call and in the next", async () => {
  const name = "sub/model.safetensors";
  cuts = [chunkBytes + 2 ** 20, 0];
  await expect(get(name)).rejects.toThrow(/expected an answer, got network error/);
  seen = [];
  served = 0;
  cuts = [2 ** 20];
  await expectWhole(await get(name), name);
  const path = `GET /org/name/resolve/${commit}/${name}`;
  expect(seen.slice(1)).toEqual([`${path} bytes=${chunkBytes}-`, `${path} bytes=${chunkBytes + 2 ** 20}-`]);
  expect(served).toBe(chunkBytes + 1000);
});

test("notes what a branch stands for when the commit was given", async () => {
  await expectWhole(await get("config.json", { commit }), "config.json");
  seen = [];
  await expectWhole(await get("config.json", { ...gone, offline: true }), "config.json");
  await expectWhole(await get("config.json", { commit }), "config.json");
  expect(seen).toEqual([]);
});

test("a new commit fetches what changed alone", async () => {
  await get("config.json");
  commit = "2".repeat(40);
  seen = [];
  await get("config.json");
  expect(seen).toHaveLength(1);
  commit = "3".repeat(40);
  files["config.json"] = Uint8Array.of(1, 2, 3);
  await expectWhole(await get("config.json"), "config.json");
});

test("removes what is damaged and says so", async () => {
  damage = true;
  for (const file of Object.keys(files)) {
    const error = await get(file).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(/expected hash [0-9a-f]+, got [0-9a-f]+; .* has been removed, try again/);
  }
  const cache = await caches.open(cacheDir);
  expect(await cache.keys()).toEqual([]);
  damage = false;
  await expectWhole(await get("config.json"), "config.json");
});

test("says what is missing", async () => {
  await expect(get("none.json")).rejects.toThrow(/expected a file of the repository, got none of that name/);
  await expect(get("config.json", { offline: true })).rejects.toThrow(/expected a copy in the browser's storage/);
  await expect(get("config.json", gone)).rejects.toThrow(/expected an answer, got Failed to fetch; check the network/);
  const source = await get("config.json");
  await caches.delete(cacheDir);
  await source.close();
});

test("works in memory where a page may keep nothing", async () => {
  const open = Object.getOwnPropertyDescriptor(CacheStorage.prototype, "open")!;
  CacheStorage.prototype.open = () => Promise.reject(new DOMException("no", "SecurityError"));
  try {
    await expectWhole(await get("config.json"), "config.json");
  } finally {
    Object.defineProperty(CacheStorage.prototype, "open", open);
  }
});
