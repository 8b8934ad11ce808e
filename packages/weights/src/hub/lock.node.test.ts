import { lstat, readdir, rm, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { etagOf } from "./__fixtures__/hub-server.ts";
import { cacheDir, config, folder, get, hub, leave, model, partial, useHub } from "./__fixtures__/hub-test.ts";

useHub();
test("two calls at once download once", async () => {
  hub.speed = 10_000_000;
  const [a, b, c] = await Promise.all([get("model.safetensors"), get("model.safetensors"), get("model.safetensors")]);
  expect([b, c]).toEqual([a, a]);
  expect(hub.served).toBe(model.bytes.length);
});

test("a lock of a dead process or without a sign of life is taken over, a live one is waited for", async () => {
  const lock = join(cacheDir, ".locks", "models--org--name", `${etagOf(config)}.tessera.lock`);
  await leave(lock, `999999999 ${hostname()} x`);
  await get("config.json");
  await rm(folder, { recursive: true });
  await leave(lock, "1 another-machine x");
  const waiting = get("config.json", { signal: AbortSignal.timeout(400) });
  await expect(waiting).rejects.toThrow(/timeout/);
  await utimes(lock, 1, 1);
  await get("config.json");
  expect(await readdir(dirname(lock))).toEqual([]);
});

test("takes over what an older Python left, once it is quiet", async () => {
  const left = join(folder, "blobs", `${etagOf(model)}.incomplete`);
  await leave(left, model.bytes.subarray(0, 2_000_000));
  const { signal } = new AbortController();
  await get("config.json", { signal });
  hub.cuts = [0];
  await expect(get("model.safetensors", { retry: { attempts: 1 } })).rejects.toThrow(
    /the transfer was cut|expected an answer/,
  );
  expect((await lstat(left)).size).toBe(2_000_000);
  await rm(partial(etagOf(model)));
  await utimes(left, 1, 1);
  hub.cuts = [];
  hub.served = 0;
  await get("model.safetensors");
  expect(hub.served).toBe(1_000_000);
});
