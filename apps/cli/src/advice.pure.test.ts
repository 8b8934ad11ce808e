import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { adviceHere, isGlobal } from "./advice.ts";

test.each([
  [
    "the package webgpu (Dawn) is not installed; npm install webgpu",
    "the package webgpu (Dawn) is not installed; npm install --global webgpu",
  ],
  [
    "@tessera/native was not built; npm rebuild @tessera/native",
    "@tessera/native was not built; npm rebuild --global @tessera/native",
  ],
  [
    "@tensorflow/tfjs-node is not installed; npm install @tensorflow/tfjs-node",
    "@tensorflow/tfjs-node is not installed; npm install @tessera/cli @tensorflow/tfjs-node in a folder, and there npx @tessera/cli",
  ],
])("a global command says how to mend it: %s", (advice, global) => {
  expect(adviceHere(advice, true)).toBe(global);
  expect(adviceHere(advice, false)).toBe(advice);
});

test("a project's packages are told from global ones by the manifest beside node_modules", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tessera-advice-"));
  const file = join(folder, "node_modules", "@tessera", "cli", "node_modules", "a", "index.js");
  await mkdir(join(folder, "node_modules"));
  expect(isGlobal(file)).toBe(true);
  await writeFile(join(folder, "package.json"), "{}");
  expect(isGlobal(file)).toBe(false);
  expect(isGlobal(join(folder, "apps", "cli", "dist", "advice.js"))).toBe(false);
  await rm(folder, { recursive: true });
});
