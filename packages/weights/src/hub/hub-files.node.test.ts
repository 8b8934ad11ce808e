import { FormatError } from "@tessera/core";
import { expect, test } from "vitest";
import { cacheDir, config, first, get, hub, model, useHub } from "./__fixtures__/hub-test.ts";
import { hubFiles } from "./hub-files.ts";
import type { HubListing, HubOptions } from "./options.ts";

useHub();
const list = (options: HubOptions = {}): Promise<HubListing> =>
  hubFiles("org/name", {
    endpoint: hub.endpoint,
    cacheDir,
    token: false,
    retry: { attempts: 2, delayMs: 1 },
    ...options,
  });

test("lists a repository", async () => {
  const files = [
    { name: "config.json", size: config.bytes.length },
    { name: "model.safetensors", size: model.bytes.length },
    { name: "onnx/empty.txt", size: 0 },
  ];
  expect(await list()).toEqual({ commit: first, files, isWhole: true });
  expect(hub.seen.map(({ url }) => url)).toEqual(["/api/models/org/name/revision/main?blobs=true"]);
});

test("lists what is cached when the hub cannot be asked", async () => {
  await expect(list({ offline: true })).rejects.toThrow(
    /^org\/name@main: expected a copy in .* got none while offline/,
  );
  await expect(list({ endpoint: "http://127.0.0.1:1" })).rejects.toThrow(
    /expected an answer, got .*; check the network/,
  );
  await get("onnx/empty.txt");
  await get("config.json");
  const cached = {
    commit: first,
    files: [
      { name: "config.json", size: config.bytes.length },
      { name: "onnx/empty.txt", size: 0 },
    ],
    isWhole: false,
  };
  expect(await list({ offline: true })).toEqual(cached);
  expect(await list({ endpoint: "http://127.0.0.1:1" })).toEqual(cached);
  await expect(list({ revision: "gone" })).rejects.toThrow(
    /expected a branch, tag or commit of org\/name, got none called gone/,
  );
});

test.each([
  ["../../evil", /with a path that leaves its folder/],
  ["C:\\evil", /with a backslash/],
  ["/evil", /with an absolute path/],
  [7, /with an empty part/],
])("refuses a listing with %j in it", async (rfilename, message) => {
  hub.misbehave = (_, __, response) => (
    response.end(JSON.stringify({ sha: first, siblings: [{ rfilename: "ok" }, { rfilename }] })),
    true
  );
  const error = await list().catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(message);
});

test.each(["<html>", "null", "[]", '{"sha": "../x", "siblings": []}', `{"sha": "${"0".repeat(40)}"}`])(
  "refuses %s as a listing",
  async (answer) => {
    hub.misbehave = (_, __, response) => (response.end(answer), true);
    await expect(list()).rejects.toThrow(/org\/name@main: expected a listing of the hub, got something else/);
  },
);
