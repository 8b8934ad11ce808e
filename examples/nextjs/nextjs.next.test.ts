// The example as a user has it: its packages from packed tarballs, built by Next.js, asked over HTTP.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packAll } from "../../scripts/readmes/pack.ts";
import { type Registry, startRegistry } from "../../scripts/readmes/registry.ts";
import { succeed } from "../../scripts/readmes/succeed.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const picture = join(here, "../images/ship.jpg");

let place: string;
let registry: Registry;
let server: ChildProcess | undefined;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "tessera-next-"));
  await packAll(join(place, "tarballs"));
  registry = await startRegistry(join(place, "tarballs"));
  for (const part of ["app", "next.config.mjs", "package.json"])
    await cp(join(here, part), join(place, "example", part), { recursive: true });
  await writeFile(join(place, "example", ".npmrc"), `@tessera:registry=${registry.url}\nprefer-offline=true\n`);
  await succeed("npm", ["install", "--no-audit", "--no-fund"], join(place, "example"));
}, 600_000);
afterAll(async () => {
  if (server && server.exitCode === null) {
    server.kill();
    await once(server, "exit");
  }
  await registry?.close();
  await rm(place, { recursive: true, force: true });
});

/** Starts the built example, and gives its address once it is said. */
function started(): Promise<string> {
  const next = join(place, "example/node_modules/next/dist/bin/next");
  const child = spawn(process.execPath, [next, "start", "--hostname", "127.0.0.1", "--port", "0"], {
    cwd: join(place, "example"),
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_OPTIONS: "" },
  });
  server = child;
  let told = "";
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      told += String(chunk);
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(told)?.[0];
      if (address && told.includes("Ready")) resolve(address);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", () => reject(new Error(`next start ended: ${told}`)));
  });
}

test("a route handler classifies", async () => {
  await succeed("npm", ["run", "build"], join(place, "example"), { NEXT_TELEMETRY_DISABLED: "1" });
  const address = await started();
  const response = await fetch(`${address}/classify`, { method: "POST", body: await readFile(picture) });
  const [best] = (await response.json()) as { label: string }[];
  expect(best!.label).toBe("ship");
}, 600_000);
