import { access, lstat, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FormatError } from "@tessera/core";
import { expect, test } from "vitest";
import { commitOf, etagOf, gitSha1Of, noise, sha256Of } from "./__fixtures__/hub-server.ts";
import { config, folder, get, hub, leave, model, partial, useHub } from "./__fixtures__/hub-test.ts";

/** A connection that breaks may take some of what arrived with it. */
const slack = 300_000;
function expectNear(got: number[], wanted: number[]): void {
  expect(got).toHaveLength(wanted.length);
  for (const [i, value] of got.entries()) {
    expect(value).toBeLessThanOrEqual(wanted[i]!);
    expect(value).toBeGreaterThan(wanted[i]! - slack * (i + 1));
  }
}

useHub();
const hash = async (path: string): Promise<string> => sha256Of(await readFile(path));

test("continues a cut transfer in the same call, and reports how far it is", async () => {
  hub.cuts = [1_000_000, 500_000];
  const seen: number[] = [];
  const path = await get("model.safetensors", {
    onProgress: ({ file, loaded, total }) => {
      expect([file, total]).toEqual(["model.safetensors", model.bytes.length]);
      seen.push(loaded);
    },
  });
  expect(await hash(path)).toBe(etagOf(model));
  expect(seen[0]).toBe(0);
  expect(seen.at(-1)).toBe(model.bytes.length);
  expect(seen).toEqual(seen.slice().sort((a, b) => a - b));
  const starts = hub.seen
    .filter(({ host, range }) => host === "cdn" && range)
    .map(({ range }) => Number(range!.slice(6, -1)));
  expectNear(starts, [1_000_000, 1_500_000]);
  expect(hub.served).toBeLessThan(model.bytes.length + 2 * slack);
});

test("continues what an earlier call left, with If-Range where the ETag is the file's own", async () => {
  hub.cuts = [1_000_000, 0, 0];
  await expect(get("model.safetensors", { retry: { attempts: 1 } })).rejects.toThrow(/try again|check the network/);
  hub.cuts = [];
  expectNear([(await lstat(partial(etagOf(model)))).size], [1_000_000]);
  await get("model.safetensors");
  expect(hub.served).toBeLessThan(model.bytes.length + slack);
  expect(hub.seen.every(({ ifRange }) => ifRange === undefined)).toBe(true);

  await leave(partial(etagOf(config)), config.bytes.subarray(0, 10));
  hub.seen = [];
  hub.served = 0;
  await get("config.json");
  expect(hub.served).toBe(config.bytes.length - 10);
  expect(hub.seen.at(-1)).toMatchObject({ range: "bytes=10-", ifRange: `"${etagOf(config)}"` });
});

test("starts over when the server sends the file whole, or what was left is too long", async () => {
  hub.misbehave = (_, request) => void delete request.headers.range;
  await leave(partial(etagOf(model)), model.bytes.subarray(0, 1000));
  expect(await hash(await get("model.safetensors"))).toBe(etagOf(model));
  await leave(partial(etagOf(config)), noise(1000));
  expect(new Uint8Array(await readFile(await get("config.json")))).toEqual(config.bytes);
});

test("starts over when the server has nothing at that place, and says when it never does", async () => {
  let refused = 0;
  hub.misbehave = (seen, _, response) => {
    if (seen.host !== "cdn" || !seen.range) return undefined;
    refused++;
    response.writeHead(416).end();
    return true;
  };
  await leave(partial(etagOf(model)), model.bytes.subarray(0, 1000));
  expect(await hash(await get("model.safetensors"))).toBe(etagOf(model));
  expect(refused).toBe(1);
  hub.misbehave = (seen, _, response) =>
    seen.method === "GET" ? (response.writeHead(416, { ETag: `"${etagOf(config)}"` }).end(), true) : undefined;
  await expect(get("config.json")).rejects.toThrow(/expected the bytes from 0, got HTTP 416; try again/);
});

test("starts over when the file changes between two connections", async () => {
  const second = commitOf("second");
  const newer = { bytes: noise(2_000_000, 9), isLfs: true };
  hub.cuts = [1_000_000];
  hub.misbehave = (seen) => {
    if (seen.range) {
      hub.commits.set(second, { "model.safetensors": newer });
      hub.refs.set("main", second);
    }
    return undefined;
  };
  const path = await get("model.safetensors");
  expect(path).toContain(second);
  expect(await hash(path)).toBe(etagOf(newer));
  expect(await readdir(join(folder, "blobs"))).toEqual([etagOf(newer)]);
});

test("removes a file with a wrong hash and says so", async () => {
  const wrong = { "model.safetensors": sha256Of(noise(1)), "config.json": gitSha1Of(noise(1)) };
  hub.headers = (headers, { url }) => {
    if (headers["X-Linked-Etag"]) headers["X-Linked-Etag"] = `"${wrong["model.safetensors"]}"`;
    else if (url.includes("config")) headers.ETag = `"${wrong["config.json"]}"`;
  };
  await expect(get("model.safetensors")).rejects.toThrow(
    new RegExp(`expected sha256 ${wrong["model.safetensors"]}, got ${etagOf(model)}; .* has been removed, try again`),
  );
  const error = await get("config.json").catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toContain(`expected git sha1 ${wrong["config.json"]}, got ${etagOf(config)}`);
  expect(await readdir(join(folder, "blobs"))).toEqual([]);
  await expect(access(join(folder, "refs", "main"))).rejects.toThrow("ENOENT");
});

test("a damaged rest of an earlier call is fetched anew, not reported", async () => {
  await leave(partial(etagOf(model)), noise(1000, 7));
  expect(await hash(await get("model.safetensors"))).toBe(etagOf(model));
  expect(hub.served).toBe(model.bytes.length - 1000 + model.bytes.length);
});

test("replaces a cached file of another size", async () => {
  const path = await get("config.json");
  await writeFile(path, "cut"); // through the link
  expect(new Uint8Array(await readFile(await get("config.json")))).toEqual(config.bytes);
});

test("checks the size when the ETag is no hash", async () => {
  hub.headers = (headers) => {
    headers.ETag = 'W/"of-a-mirror-1"';
  };
  expect(new Uint8Array(await readFile(await get("config.json")))).toEqual(config.bytes);
  expect(await readdir(join(folder, "blobs"))).toEqual(["of-a-mirror-1"]);
});

test("ends a connection that is silent, and continues", async () => {
  hub.misbehave = (seen, _, response) =>
    seen.host === "cdn" && !seen.range
      ? (response.writeHead(200, { "Content-Length": model.bytes.length }).write(model.bytes.subarray(0, 1000)), true)
      : undefined;
  expect(await hash(await get("model.safetensors", { retry: { silenceMs: 1000 } }))).toBe(etagOf(model));
  expect(hub.seen.at(-1)!.range).toBe("bytes=1000-");
});

test("an abort stops at once, keeps what came, and frees the lock", async () => {
  hub.speed = 3_000_000;
  const abort = new AbortController();
  const stopped = get("model.safetensors", {
    signal: abort.signal,
    onProgress: ({ loaded }) => {
      if (loaded > 500_000) abort.abort(new Error("enough"));
    },
  });
  await expect(stopped).rejects.toThrow("enough");
  expect((await lstat(partial(etagOf(model)))).size).toBeGreaterThan(400_000);
  hub.speed = undefined;
  await get("model.safetensors");
  expect(hub.served).toBeLessThan(model.bytes.length + 1_000_000);
  await expect(get("config.json", { signal: AbortSignal.abort() })).rejects.toThrow(/abort/);
});
