// The variables that Python's client reads, through the real command, with a hub on 127.0.0.1.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

let place: Workplace;
let server: Server;
let files: Record<string, Uint8Array>;
let seen: string[];
let env: Record<string, string>;
beforeAll(async () => {
  place = await workplace();
  const model = await place.model("model");
  files = {};
  for (const name of ["config.json", "model.safetensors"]) files[name] = await readFile(`${model}/${name}`);
  seen = [];
  server = createServer(answer);
  await new Promise<void>((ready) => {
    server.listen(0, "127.0.0.1", ready);
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  env = { HF_ENDPOINT: endpoint, HF_HOME: place.path("home"), HF_TOKEN: "hf_right", HF_HUB_CACHE: "" };
}, 180_000);
afterAll(async () => {
  await place?.dispose();
  await new Promise((done) => server?.close(done));
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const [path] = decodeURIComponent(request.url!).split("?");
  seen.push(path!);
  if (request.headers.authorization !== "Bearer hf_right") {
    return void response.writeHead(401, { "X-Error-Code": "RepoNotFound" }).end();
  }
  const sha1 = (bytes: Uint8Array) => createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  if (path === "/api/models/org/name/revision/main") {
    const siblings = Object.entries(files).map(([rfilename, bytes]) => ({ rfilename, size: bytes.length, blobId: sha1(bytes) })); // prettier-ignore
    return void response.end(JSON.stringify({ sha: commit, siblings }));
  }
  const bytes = files[path!.replace(`/org/name/resolve/${commit}/`, "")];
  if (!bytes) return void response.writeHead(404, { "X-Error-Code": "EntryNotFound" }).end();
  response.writeHead(200, { ETag: `"${sha1(bytes)}"`, "X-Repo-Commit": commit, "Content-Length": bytes.length });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

test("a repository by its name, once from the hub and then without it", async () => {
  const picture = await place.picture("one.jpg");
  const classify = ["classify", picture, "--model", "org/name", "--json"];
  const { code, stdout, stderr } = await tessera(classify, { env });
  expect([code, stderr]).toEqual([0, ""]);
  const [{ top }] = JSON.parse(stdout) as [{ top: { label: string }[] }];
  expect(top.map(({ label }) => label).sort()).toEqual(["blue", "green", "red"]);
  expect(await readFile(place.path("home/hub/models--org--name/refs/main"), "utf8")).toBe(commit);

  const requests = seen.length;
  const offline = { ...env, HF_HUB_OFFLINE: "1", HF_TOKEN: "" };
  const again = await tessera(classify, { env: offline });
  expect((JSON.parse(again.stdout) as [{ top: unknown }])[0].top).toEqual(top);
  const converted = await tessera(["convert", "org/name", place.path("out.safetensors")], { env: offline });
  expect(converted.code).toBe(0);
  expect(seen).toHaveLength(requests);

  const summary = await tessera(["summary", "org/name", "--json"], { env });
  expect(JSON.parse(summary.stdout)).toMatchObject({ name: "org/name" });
});

test("says what a hub refuses, in one line", async () => {
  const picture = await place.picture("two.jpg");
  const classify = (model: string, more: Record<string, string>) =>
    tessera(["classify", picture, "--model", model], { env: { ...env, HF_HOME: place.path("other"), ...more } });
  const refused = await classify("org/name", { HF_TOKEN: "hf_wrong" });
  expect([refused.code, refused.stdout]).toEqual([1, ""]);
  expect(refused.stderr).toMatch(/^error: org\/name@main: expected a repository, got HTTP 401.*the token that was sent may not read it.*\n$/); // prettier-ignore
  const offline = await classify("org/name", { HF_HUB_OFFLINE: "1" });
  expect(offline.stderr).toMatch(/^error: org\/name@main: expected a copy in .*, got none while offline; .*\n$/);
});
