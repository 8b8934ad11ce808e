import { expect, test } from "vitest";
import { first, get, hub, useHub } from "./__fixtures__/hub-test.ts";

useHub();
test("says that a token was sent and does not suffice", async () => {
  hub.token = "hf_right";
  await expect(get("config.json", { token: "hf_wrong" })).rejects.toThrow(/the token that was sent may not read it/);
  await expect(get("config.json", { token: "hf wrong" })).rejects.toThrow(/expected a token such as hf_…/);
});

test.each([500, 503, 429, 408])("tries again after HTTP %i, not for ever", async (status) => {
  let failures = 2;
  hub.misbehave = (_, __, response) => (failures-- > 0 ? (response.writeHead(status).end(), true) : undefined);
  await get("config.json");
  failures = Infinity;
  hub.seen = [];
  await expect(get("config.json", { revision: first.replace(/.$/, "x") })).rejects.toThrow(
    new RegExp(`expected the hub to answer, got HTTP ${status}; try again later`),
  );
  expect(hub.seen).toHaveLength(3);
});

test("waits as long as the server asks, within reason", async () => {
  let after = "1";
  hub.misbehave = (_, __, response) =>
    hub.seen.length === 1 ? (response.writeHead(429, { "Retry-After": after }).end(), true) : undefined;
  const start = performance.now();
  await get("config.json");
  expect(performance.now() - start).toBeGreaterThan(990);
  after = new Date(Date.now() + 3_600_000).toUTCString();
  hub.seen = [];
  await expect(get("onnx/empty.txt")).rejects.toThrow(/got HTTP 429, which asks to wait 3\d\d\d s/);
});

test("without a network a copy serves, and without a copy that is said", async () => {
  const path = await get("config.json");
  const endpoint = "http://127.0.0.1:1";
  expect(await get("config.json", { endpoint })).toBe(path);
  await expect(get("model.safetensors", { endpoint })).rejects.toThrow(
    /model\.safetensors: expected an answer, got .*; check the network and http:\/\/127\.0\.0\.1:1/,
  );
  await expect(get("model.safetensors", { offline: true })).rejects.toThrow(
    /expected a copy in .*, got none while offline; download it once without HF_HUB_OFFLINE/,
  );
  // a token that ran out, a portal of a hotel: as Python does
  hub.misbehave = (_, __, response) => (response.writeHead(200).end("<html>"), true);
  expect(await get("config.json")).toBe(path);
  await expect(get("model.safetensors")).rejects.toThrow(/expected a commit in X-Repo-Commit, got none; .* no proxy/);
  // a file that is gone is not served from the past
  hub.misbehave = undefined;
  hub.commits.set(first, {});
  await expect(get("config.json")).rejects.toThrow(/got none of that name/);
});
