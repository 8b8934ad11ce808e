import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const consumer = (name: string) => fileURLToPath(new URL(`./__fixtures__/consumers/${name}.ts`, import.meta.url));
const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** What TypeScript says of a program that uses the packages as they are published. */
async function compile(file: string, options: Record<string, unknown>): Promise<string> {
  const folder = await mkdtemp(`${root}node_modules/.cache-types-`);
  folders.push(folder);
  const compilerOptions = { noEmit: true, strict: true, target: "es2022", skipLibCheck: true, types: [], ...options };
  await writeFile(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions, files: [consumer(file)] }));
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  return promisify(execFile)(process.execPath, [tsc, "-p", folder]).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
}

test.each([
  ["Node's rules", { module: "nodenext", moduleResolution: "nodenext" }],
  ["a bundler's", { module: "esnext", moduleResolution: "bundler" }],
])("compiles with ES2022 alone, by %s", async (_, rules) => {
  expect(await compile("anywhere", { lib: ["es2022"], ...rules })).toBe("");
});

test("offers names and refuses mistakes in a page", async () => {
  const rules = { module: "esnext", moduleResolution: "bundler" };
  expect(await compile("page", { lib: ["es2022", "dom"], ...rules })).toBe("");
});
