import { stat } from "node:fs/promises";
import { join } from "node:path";
import { FormatError } from "@tessera/core";
import { expect, test } from "vitest";
import { cacheDir, config, first, folder, get, hub, model, useHub } from "./__fixtures__/hub-test.ts";
import { hubFiles } from "./hub-files.ts";
import { keepAbsence } from "./keep-absence.ts";
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
    absent: [],
  };
  const offline = await list({ offline: true });
  expect(offline).toEqual({ ...cached, reason: offline.reason });
  expect(offline.reason!.message).toMatch(/got none while offline/);
  const unreachable = await list({ endpoint: "http://127.0.0.1:1" });
  expect(unreachable).toEqual({ ...cached, reason: unreachable.reason });
  expect(unreachable.reason!.message).toMatch(/expected an answer, got .*; check the network/);
  await expect(list({ revision: "gone" })).rejects.toThrow(
    /expected a branch, tag or commit of org\/name, got none called gone/,
  );
});

test("knows offline what the repository was seen to lack, as Python notes it", async () => {
  await get("config.json");
  await keepAbsence("org/name", "preprocessor_config.json", { commit: first, cacheDir, token: false });
  await keepAbsence("org/name", "a/b.txt", { commit: first, cacheDir, token: false });
  expect(await list({ offline: true })).toMatchObject({ absent: ["a/b.txt", "preprocessor_config.json"] });
  expect(await stat(join(folder, ".no_exist", first, "a", "b.txt"))).toMatchObject({ size: 0 });
  await expect(keepAbsence("org/name", "../evil", { commit: first, cacheDir })).rejects.toThrow(/leaves its folder/);
});

test("says at once that no server was there, and with a copy at hand that none answered", async () => {
  const patient = { retry: { attempts: 5, delayMs: 60_000 } };
  await expect(list({ ...patient, endpoint: "http://nowhere.invalid" })).rejects.toThrow(/expected an answer, got/);
  await get("config.json");
  hub.misbehave = (_, __, response) => (response.destroy(), true);
  expect(await list(patient)).toMatchObject({ isWhole: false });
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
