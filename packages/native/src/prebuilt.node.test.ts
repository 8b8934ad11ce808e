import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dependingOn, writePlatformPackage } from "../scripts/prebuilt.mjs";

const here = `${process.platform}-${process.arch}`;
const file = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

let place: string;
let packages: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "tessera-prebuilt-"));
  packages = join(place, "node_modules", "@tessera");
  for (const part of ["scripts/install.mjs", "package.json"])
    await cp(file(part), join(packages, "native", part), { recursive: true });
  for (const part of ["binding.gyp", "addon"]) await mkdir(join(packages, "native", part));
});
afterAll(() => rm(place, { recursive: true }));

/** The installation's script, where there is nothing to build with. */
function install(env: Record<string, string> = {}): string {
  const { stdout, stderr } = spawnSync(process.execPath, [join(packages, "native/scripts/install.mjs")], {
    encoding: "utf8",
    env: { ...process.env, npm_config_node_gyp: file("package.json"), ...env },
  });
  return stdout + stderr;
}

test("a module for this machine is a package of its own, and nothing is built beside it", async () => {
  writePlatformPackage(here, file("build/Release/tessera.node"), join(packages, `native-${here}`));
  const manifest = JSON.parse(await readFile(join(packages, `native-${here}`, "package.json"), "utf8")) as object;
  expect(manifest).toMatchObject({ os: [process.platform], cpu: [process.arch], main: "tessera.node" });
  expect((await readdir(join(packages, `native-${here}`))).sort()).toEqual([
    "LICENSE",
    "README.md",
    "package.json",
    "tessera.node",
  ]);
  expect(install()).toBe("");
});

test("it is built where that is asked for, and where the module does not load", async () => {
  expect(install({ npm_config_build_from_source: "true" })).toContain("@tessera/native: not built");
  await writeFile(join(packages, `native-${here}`, "tessera.node"), "of another system");
  expect(install()).toContain("@tessera/native: not built");
});

test("a release asks for each module in the version that it has itself", () => {
  const { optionalDependencies, name } = dependingOn({ name: "@tessera/native", version: "1.2.3" }, [
    "darwin-arm64",
    "linux-x64",
  ]) as Record<string, unknown>;
  expect(name).toBe("@tessera/native");
  expect(optionalDependencies).toEqual({
    "@tessera/native-darwin-arm64": "1.2.3",
    "@tessera/native-linux-x64": "1.2.3",
  });
});
