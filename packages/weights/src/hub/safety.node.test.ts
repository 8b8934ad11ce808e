import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { commitOf } from "./__fixtures__/hub-server.ts";
import { cacheDir, first, get, hub, useHub } from "./__fixtures__/hub-test.ts";
import { hubFile } from "./hub-file.ts";

useHub();
test("the token goes to the hub alone", async () => {
  hub.token = "hf_secret";
  await get("model.safetensors", { token: "hf_secret\n" });
  expect(hub.seen.map(({ host, authorization }) => [host, authorization])).toEqual([
    ["hub", "Bearer hf_secret"],
    ["hub", "Bearer hf_secret"],
    ["cdn", undefined],
  ]);
});

test.each(["../evil", "a/../../evil", "/etc/passwd", "C:/evil", "a\\b", "a\0b", "a//b", "", "./a"])(
  "refuses %j as a name",
  async (name) => {
    await expect(get(name)).rejects.toThrow(/^org\/name: expected a relative name, got ".*" with /);
    await expect(get("config.json", { revision: name || "../x" })).rejects.toThrow(
      /org\/name: revision: expected a relative/,
    );
    expect(hub.seen).toEqual([]);
  },
);

test("follows a mirror to the hub behind it, without the token", async () => {
  hub.misbehave = ({ url }, _, response) => {
    if (!url.startsWith("/mirror")) return undefined;
    response.writeHead(302, { Location: hub.endpoint.replace("127.0.0.1", "localhost") + url.slice(7) }).end();
    return true;
  };
  await get("model.safetensors", { endpoint: `${hub.endpoint}/mirror/`, token: "hf_secret" });
  expect(hub.seen.map(({ authorization }) => authorization !== undefined)).toEqual([true, false, true, false, false]);
});

test("takes no path from the server's headers", async () => {
  for (const evil of [
    { ETag: '"../../evil"' },
    { ETag: '"/etc/x"' },
    { ETag: '".."' },
    { "X-Repo-Commit": "../../../evil" },
    { "X-Repo-Commit": first.toUpperCase() },
    { ETag: "" },
  ]) {
    hub.headers = (headers) => void Object.assign(headers, evil);
    await expect(get("config.json")).rejects.toThrow(/config\.json: expected (a commit|an ETag)/);
  }
  hub.headers = (headers) => void Object.assign(headers, { "X-Repo-Commit": commitOf("other") });
  await expect(get("config.json", { revision: first })).rejects.toThrow(/expected that commit in X-Repo-Commit/);
  hub.headers = (headers) => void Object.assign(headers, { Location: "file:///etc/passwd" });
  await expect(get("model.safetensors", { token: "x" })).rejects.toThrow(/expected a redirect to a web address/);
  hub.headers = (headers) =>
    void Object.assign(headers, { Location: `${hub.endpoint}/org/name/resolve/main/model.safetensors` });
  await expect(get("model.safetensors")).rejects.toThrow(/got more than 20 redirects/);
  expect(await readdir(cacheDir)).toEqual([]);
});

test("refuses what is no repository, two revisions, and an endpoint that is none", async () => {
  await expect(hubFile("name", "x")).rejects.toThrow(/hub: expected a repository such as .*, got "name"/);
  await expect(hubFile("org/name@a", "x", { revision: "b" })).rejects.toThrow(/expected one revision, got a and b/);
  await expect(hubFile("org/name", "x", { endpoint: "ftp://x" })).rejects.toThrow(/expected an endpoint such as/);
});
