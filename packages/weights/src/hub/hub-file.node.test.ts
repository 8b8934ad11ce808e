import { lstat, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TesseraError } from "@tessera/core";
import { expect, test } from "vitest";
import { commitOf, etagOf, gitSha1Of, noise, sha256Of } from "./__fixtures__/hub-server.ts";
import { cacheDir, config, first, folder, get, hub, leave, model, partial, useHub } from "./__fixtures__/hub-test.ts";
import { openCheckpoint } from "../open-checkpoint.ts";
import { writeSafetensors } from "../safetensors/write.ts";

useHub();
const methods = (): string[] => hub.seen.map(({ host, method }) => `${host} ${method}`);
const hash = async (path: string): Promise<string> => sha256Of(await readFile(path));

test("lays files out as Python does", async () => {
  const path = await get("model.safetensors");
  expect(path).toBe(join(folder, "snapshots", first, "model.safetensors"));
  expect(await hash(path)).toBe(sha256Of(model.bytes));
  expect(await readlink(path)).toBe(`../../blobs/${etagOf(model)}`);
  expect(await readlink(await get("onnx/empty.txt"))).toBe("../../../blobs/e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  expect(await readFile(join(folder, "refs", "main"), "utf8")).toBe(first);
  expect(await readFile(join(cacheDir, "CACHEDIR.TAG"), "utf8")).toMatch(
    /^Signature: 8a477f597d28d172789f06886806bc55\n/,
  );
  expect((await readdir(join(folder, "blobs"))).sort()).toEqual([etagOf(model), gitSha1Of(new Uint8Array())].sort());
  expect(await readdir(join(cacheDir, ".locks", "models--org--name"))).toEqual([]);
});

test("gives what a checkpoint is opened from", async () => {
  const bytes = writeSafetensors({ weight: { shape: [2], values: Float32Array.of(1, 2) } });
  hub.commits.set(first, { "model.safetensors": { bytes, isLfs: true } });
  const checkpoint = await openCheckpoint(await get("model.safetensors"));
  expect(await checkpoint.tensors.get("weight")!.read()).toEqual(Float32Array.of(1, 2));
  await checkpoint.dispose();
});

test("asks for what is cached with one HEAD, for a commit not at all", async () => {
  const path = await get("model.safetensors");
  hub.seen = [];
  expect(await get("model.safetensors")).toBe(path);
  expect(methods()).toEqual(["hub HEAD"]);
  hub.seen = [];
  expect(await get("model.safetensors", { revision: first })).toBe(path);
  expect(await get("model.safetensors", {}, `org/name@${first}`)).toBe(path);
  expect(await get("model.safetensors", { offline: true })).toBe(path);
  expect(methods()).toEqual([]);
});

test("takes a file of the commit that a listing gave, and notes what the branch stands for", async () => {
  const path = await get("model.safetensors", { commit: first });
  expect(hub.seen.map(({ url }) => url).filter((url) => url.includes("main"))).toEqual([]);
  hub.seen = [];
  expect(await get("model.safetensors", { offline: true })).toBe(path);
  expect(await get("model.safetensors", { commit: first })).toBe(path);
  expect(hub.seen).toEqual([]);
  await expect(get("model.safetensors", { commit: "main" })).rejects.toThrow(
    /expected a commit of 40 digits, got "main"/,
  );
});

test("fetches what a branch stands for now, and takes unchanged content from the commit before", async () => {
  const second = commitOf("second");
  await get("config.json");
  await get("model.safetensors");
  hub.commits.set(second, { "config.json": { bytes: noise(100) }, "model.safetensors": model });
  hub.refs.set("main", second);
  hub.served = 0;
  expect(await get("model.safetensors")).toBe(join(folder, "snapshots", second, "model.safetensors"));
  expect(hub.served).toBe(0);
  expect(new Uint8Array(await readFile(await get("config.json")))).toEqual(noise(100));
  expect(await readFile(join(folder, "refs", "main"), "utf8")).toBe(second);
  hub.refs.set("refs/pr/1", second);
  await get("config.json", { revision: "refs/pr/1" });
  expect(await readFile(join(folder, "refs", "refs", "pr", "1"), "utf8")).toBe(second);
});

test.each([
  [401, "RepoNotFound", /org\/name@main\/config\.json: expected a repository, got HTTP 401 .*set HF_TOKEN/],
  [401, "GatedRepo", /expected access, got a gated repository .*accept its terms at http.*org\/name, then .*HF_TOKEN/],
  [403, "GatedRepo", /expected access, got a gated repository \(HTTP 403/],
  [403, "", /expected access, got HTTP 403; if it is private or gated, set HF_TOKEN/],
  [404, "RepoNotFound", /expected a repository, got HTTP 404 \(RepoNotFound it is\); check the name/],
  [404, "RevisionNotFound", /expected a branch, tag or commit of org\/name, got none called main/],
  [404, "EntryNotFound", /expected a file of the repository, got none of that name; hubFiles\("org\/name"\) lists/],
  [404, "", /expected the file, got HTTP 404; check the names of repository, revision and file, and that http/],
  [418, "", /expected the file, got HTTP 418/],
])("explains HTTP %i %s", async (status, code, message) => {
  hub.misbehave = (_, __, response) => (
    response.writeHead(status, code ? { "X-Error-Code": code, "X-Error-Message": `${code} it is` } : {}).end(),
    true
  );
  const error = await get("config.json").catch((cause: unknown) => cause);
  expect(TesseraError.isInstance(error)).toBe(true);
  expect((error as Error).message).toMatch(message);
  expect(hub.seen).toHaveLength(1);
});

test("without links a new file moves to its place and an old one is copied", async () => {
  process.env.HF_HUB_DISABLE_SYMLINKS = "1";
  try {
    const path = await get("config.json");
    expect((await lstat(path)).isFile()).toBe(true);
    expect(await readdir(join(folder, "blobs"))).toEqual([]);
    await leave(join(folder, "blobs", etagOf(model)), model.bytes);
    const copy = await get("model.safetensors");
    expect((await lstat(copy)).isFile()).toBe(true);
    expect(hub.served).toBe(config.bytes.length);
    expect(await get("model.safetensors")).toBe(copy);
  } finally {
    delete process.env.HF_HUB_DISABLE_SYMLINKS;
  }
});

test("refuses what the disk cannot hold before it is sent, and says when the disk fills up", async () => {
  hub.headers = (headers) => {
    headers["X-Linked-Size"] = 1e15;
  };
  await expect(get("model.safetensors")).rejects.toThrow(
    /expected 1000000000 MB of room in .*, got \d+; make room or set HF_HUB_CACHE/,
  );
  expect(hub.served).toBe(0);
  hub.headers = undefined;
  if (process.platform !== "linux") return;
  await rm(partial(etagOf(model)));
  await symlink("/dev/full", partial(etagOf(model)));
  await expect(get("model.safetensors")).rejects.toThrow(/expected to write into .*, got a full disk; make room/);
});

test("says that the cache is in a place that cannot be written", async () => {
  const file = join(cacheDir, "file");
  await writeFile(file, "");
  await expect(get("config.json", { cacheDir: file })).rejects.toThrow(
    /expected to write into .*file, got a file where a folder should be/,
  );
});
