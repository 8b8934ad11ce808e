// A model by its repository's name in a page: kept in the Cache API, and there again without a network.
import { memory } from "@tensorflow/tfjs-core";
import type { HubOptions } from "@tessera/weights";
import { afterEach, beforeEach, expect, test } from "vitest";
import { expected, run, tinyConfig, weightsFixture } from "../__fixtures__/tiny-vit.ts";
import { loadModel } from "./load-model.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

let cacheDir: string;
let seen: string[];
let tensors: number;
beforeEach(() => {
  cacheDir = `tessera-test-${crypto.randomUUID()}`;
  seen = [];
  tensors = memory().numTensors;
});
afterEach(async () => {
  await caches.delete(cacheDir);
  if (memory().numTensors !== tensors) throw new Error(`expected ${tensors} tensors, got ${memory().numTensors}`);
});

async function sha1(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const blob = new Blob([`blob ${bytes.length}\0`, bytes]);
  const digest = await crypto.subtle.digest("SHA-1", await blob.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A hub of one repository; nothing leaves the page. */
async function hub(): Promise<HubOptions> {
  const files: Record<string, Uint8Array<ArrayBuffer>> = {
    "config.json": new TextEncoder().encode(JSON.stringify(tinyConfig)),
    "model.safetensors": await weightsFixture("timm.safetensors"),
  };
  const serve = async (input: unknown): Promise<Response> => {
    const { pathname } = new URL(String(input));
    seen.push(pathname);
    if (pathname.startsWith("/api/models/org/name/revision/")) {
      const listed = Object.entries(files).map(async ([rfilename, bytes]) => ({ rfilename, size: bytes.length, blobId: await sha1(bytes) })); // prettier-ignore
      return Response.json({ sha: commit, siblings: await Promise.all(listed) });
    }
    const bytes = files[pathname.replace(`/org/name/resolve/${commit}/`, "")];
    return bytes ? new Response(bytes) : new Response(null, { status: 404 });
  };
  return { endpoint: "https://hub.invalid", cacheDir, fetch: serve, retry: { attempts: 1, delayMs: 1 } };
}

test("loads, and loads again without a network", async () => {
  const options = await hub();
  const gone = { ...options, fetch: () => Promise.reject(new TypeError("Failed to fetch")) };
  const logits = await expected("logits");
  for (const found of [options, gone, { ...gone, offline: true }]) {
    const loaded = await loadModel("org/name", { hub: found });
    const got = await run(loaded, await expected("input"), [2, 3, 32, 32]);
    await expect(got).toBeAllClose(logits, { rtol: 1e-4, atol: 1e-5 });
  }
  expect(seen.filter((path) => path.endsWith("model.safetensors"))).toHaveLength(1);
});
