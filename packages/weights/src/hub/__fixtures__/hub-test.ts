// What every test of downloads in Node starts from: a hub with three files and an empty cache.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { hubFile } from "../hub-file.ts";
import type { HubOptions } from "../options.ts";
import { commitOf, type HubServer, noise, startHub } from "./hub-server.ts";

export const config = { bytes: new TextEncoder().encode('{"architecture": "vit_tiny_patch16_224"}') };
export const model = { bytes: noise(3_000_000), isLfs: true };
export const first = commitOf("first");

export let hub: HubServer;
export let cacheDir: string;
export let folder: string;

export function useHub(): void {
  beforeEach(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), "tessera-hub-"));
    folder = join(cacheDir, "models--org--name");
    hub = await startHub({
      "config.json": config,
      "model.safetensors": model,
      "onnx/empty.txt": { bytes: new Uint8Array() },
    });
  });
  afterEach(async () => {
    await hub.close();
    await rm(cacheDir, { recursive: true, force: true });
  });
}

/** Downloads without the pauses that a real network deserves. */
export async function get(file: string, options: HubOptions = {}, repo = "org/name"): Promise<string> {
  const retry = { attempts: 3, delayMs: 1, ...options.retry };
  return (await hubFile(repo, file, { endpoint: hub.endpoint, cacheDir, token: false, ...options, retry })) as string;
}

export const partial = (etag: string): string => join(folder, "blobs", `${etag}.tessera.incomplete`);

export async function leave(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
