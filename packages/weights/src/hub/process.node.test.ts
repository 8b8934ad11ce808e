// What only processes of their own show: a kill, two of them at once, another user.
import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { etagOf, sha256Of } from "./__fixtures__/hub-server.ts";
import { cacheDir, folder, get, hub, model, partial, useHub } from "./__fixtures__/hub-test.ts";

let built: string;
beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), "tessera-hub-child-"));
  // Node 20 runs no TypeScript, and the packages need not be built
  await build({
    configFile: false,
    logLevel: "silent",
    ssr: { noExternal: true, resolve: { conditions: ["@tessera/source", "node", "import", "module", "default"] } },
    build: {
      ssr: fileURLToPath(new URL("__fixtures__/child.ts", import.meta.url)),
      outDir: built,
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: "child.mjs" } },
    },
  });
  await chmod(built, 0o755);
}, 60_000);
afterAll(() => rm(built, { recursive: true, force: true }));
useHub();

interface Result {
  code: number | null;
  signal: string | null;
  out: string;
  error: string;
}

function download(
  env: Record<string, string> = {},
  uid?: number,
  options: object = {},
): { child: ChildProcess; result: Promise<Result> } {
  const given = JSON.stringify({ retry: { attempts: 2, delayMs: 1 }, ...options });
  const child = spawn(process.execPath, [join(built, "child.mjs"), "org/name", "model.safetensors", given], {
    env: { PATH: process.env.PATH, HOME: "/nowhere", HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cacheDir, ...env },
    uid,
  });
  let out = "";
  let error = "";
  child.stdout.on("data", (data) => (out += String(data)));
  child.stderr.on("data", (data) => (error += String(data)));
  const result = new Promise<Result>((done) => {
    child.on("close", (code, signal) => done({ code, signal, out, error }));
  });
  return { child, result };
}

async function until(size: number): Promise<void> {
  while (((await stat(partial(etagOf(model))).catch(() => undefined))?.size ?? 0) < size)
    await new Promise((go) => void setTimeout(go, 10));
}

test("a download that is killed is continued by the next process", async () => {
  hub.speed = 2_000_000;
  const { child, result } = download();
  await until(1_000_000);
  child.kill("SIGKILL");
  expect(await result).toMatchObject({ signal: "SIGKILL", out: "" });
  expect(await readdir(join(folder, "blobs"))).toEqual([`${etagOf(model)}.tessera.incomplete`]);
  await new Promise((go) => void setTimeout(go, 200)); // until the server has noticed
  const before = hub.served;
  const { size } = await stat(partial(etagOf(model)));
  hub.speed = undefined;

  const again = await download().result;
  expect(again).toMatchObject({ code: 0, error: "" });
  expect(sha256Of(await readFile(again.out))).toBe(etagOf(model));
  expect(hub.served - before).toBe(model.bytes.length - size);
  expect(size).toBeGreaterThanOrEqual(1_000_000);
  expect(hub.seen.at(-1)!.range).toBe(`bytes=${size}-`);
  expect(await readdir(join(cacheDir, ".locks", "models--org--name"))).toEqual([]);
});

test("processes that want the same file at once download it once", async () => {
  hub.speed = 4_000_000;
  const results = await Promise.all([0, 1, 2].map(() => download().result));
  for (const { code, out, error } of results) {
    expect([code, error]).toEqual([0, ""]);
    expect(sha256Of(await readFile(out))).toBe(etagOf(model));
  }
  expect(hub.served).toBe(model.bytes.length);
});

test("processes without a working lock do each other no harm", async () => {
  hub.speed = 4_000_000;
  const one = download();
  await until(300_000);
  await rm(join(cacheDir, ".locks"), { recursive: true }); // as if the disk knew no locks
  const two = download();
  for (const { code, out, error } of await Promise.all([one.result, two.result])) {
    expect([code, error]).toEqual([0, ""]);
    expect(sha256Of(await readFile(out))).toBe(etagOf(model));
  }
  expect(await readdir(join(folder, "blobs"))).toEqual([etagOf(model)]);
});

test("a waiter goes on with what a killed process left", async () => {
  hub.speed = 2_000_000;
  const { child, result } = download();
  await until(500_000);
  const waiter = download();
  await new Promise((go) => void setTimeout(go, 800));
  child.kill("SIGKILL");
  await result;
  const { code, out } = await waiter.result;
  expect(code).toBe(0);
  expect(sha256Of(await readFile(out))).toBe(etagOf(model));
  expect(hub.served).toBeLessThan(model.bytes.length + 500_000);
});

test("reads the variables that Python's client reads", async () => {
  hub.token = "hf_of_the_environment";
  const { out } = await download({ HF_TOKEN: "hf_of_the_environment" }).result;
  expect(out).toContain(folder);
  const offline = await download({ HF_HUB_OFFLINE: "1" }).result;
  expect(offline).toMatchObject({ code: 0, out });
  const missing = await download({ HF_HUB_OFFLINE: "yes", HF_HUB_CACHE: join(cacheDir, "other") }).result;
  expect(missing.error).toMatch(/expected a copy in .*other, got none while offline/);
});

test.runIf(process.platform !== "win32")(
  "a cache that may only be read serves, and says so when it must be written",
  async () => {
    await get("config.json");
    await chmod(cacheDir, 0o555);
    // root may write anywhere
    const uid = process.getuid?.() === 0 ? 65534 : undefined;
    const { error } = await download({}, uid).result;
    expect(error).toMatch(
      /expected to write into .*, got a folder which may not be written to; give it permissions or set HF_HUB_CACHE/,
    );
    await chmod(cacheDir, 0o755);
    const path = await get("model.safetensors");
    await chmod(cacheDir, 0o555);
    expect(await download({}, uid).result).toMatchObject({ code: 0, out: path });
    await chmod(cacheDir, 0o755);
  },
);
