// Every code block of every README, as pasted: in folders where only what the page says is installed, from packed tarballs.
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startHub } from "../../packages/pipeline/src/__fixtures__/small-hub.ts";
import { published } from "../metadata.mjs";
import { codeBlocks, importedBy, installedBy } from "./code-blocks.ts";
import { drawRepositories, layInputs } from "./inputs.ts";
import { packAll } from "./pack.ts";
import { type Registry, startRegistry } from "./registry.ts";
import { succeed } from "./succeed.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Pages by the folder of their package; the repository's own is `.`. */
const pages = [".", ...published()].map((folder) => {
  const blocks = codeBlocks(readFileSync(join(root, folder, "README.md"), "utf8"));
  const programs = blocks.filter(({ language }) => language === "ts");
  // What begins in a clone is what CI itself runs.
  const shells = blocks.filter(({ language, code }) => language === "sh" && !/npm (install &&|run|test)/.test(code));
  return { folder, programs, shells, installed: installedBy(shells) };
});
const commands = pages.flatMap(({ folder, shells }) =>
  shells
    .map(({ code, line }) => ({ folder, line, code: code.replace(/^npm install .*\n/gm, "") }))
    .filter(({ code }) => code !== ""),
);

let place: string;
let env: Record<string, string>;
let registry: Registry;
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "tessera-readmes-"));
  const tarballs = join(place, "tarballs");
  await packAll(tarballs);
  registry = await startRegistry(tarballs);
  const repositories = await drawRepositories();
  const hub = await startHub(repositories);
  closing.push(registry.close, hub.close);
  env = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: join(place, "hub") };
  const weights = repositories["timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k"]!["model.safetensors"] as Uint8Array;
  await layInputs(join(place, "inputs"), weights);
  for (const folder of ["alone", "together"]) {
    await mkdir(join(place, folder));
    await writeFile(join(place, folder, ".npmrc"), `@tessera:registry=${registry.url}\nprefer-offline=true\n`);
  }
  await install("alone", ["@tessera/pipeline"]);
  await install("together", ["@tessera/cli", ...new Set(pages.flatMap(({ installed }) => installed))]);
}, 600_000);
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await rm(place, { recursive: true, force: true });
});

const install = (folder: string, names: string[]) =>
  succeed("npm", ["install", "--no-audit", "--no-fund", ...names], join(place, folder));

/** A folder for a page's work, below what it has installed. */
async function workIn(installation: string, folder: string): Promise<string> {
  const work = join(place, installation, folder.replaceAll("/", "-").replace(".", "root"));
  if (!existsSync(work)) await cp(join(place, "inputs"), work, { recursive: true });
  return work;
}

test.each(pages.filter(({ programs }) => programs.length > 0))(
  "$folder says to install what its programs import",
  ({ programs, installed }) => {
    for (const { code } of programs) expect(installed).toEqual(expect.arrayContaining(importedBy(code)));
  },
);

test.each(commands)("$folder:$line runs no stranger's package", ({ code }) => {
  expect(code).not.toMatch(/npx (?!@tessera\/)/);
});

test("all programs are strict TypeScript", async () => {
  const folder = join(place, "together");
  const files = pages.flatMap(({ folder: page, programs }) =>
    programs.map(({ code, line }) => [`${page.replaceAll("/", "-")}-${line}.mts`, code] as const),
  );
  for (const [name, code] of files) await writeFile(join(folder, name), code);
  const target = ["--target", "es2022", "--lib", "es2022,dom", "--module", "nodenext"];
  const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
  const options = ["--noEmit", "--strict", "--skipLibCheck", ...target, ...types];
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  expect(await succeed(process.execPath, [tsc, ...options, ...files.map(([name]) => name)], folder)).toBe("");
});

describe("npm install @tessera/pipeline, and nothing else", () => {
  const lies = (name: string) => existsSync(join(place, "alone", "node_modules", name, "package.json"));

  test("brings one tfjs-core, the wasm backend, and no sharp", async () => {
    const lock = JSON.parse(await readFile(join(place, "alone", "package-lock.json"), "utf8")) as {
      packages: Record<string, unknown>;
    };
    const cores = Object.keys(lock.packages).filter((path) => path.endsWith("node_modules/@tensorflow/tfjs-core"));
    expect(cores).toEqual(["node_modules/@tensorflow/tfjs-core"]);
    expect([lies("@tensorflow/tfjs-backend-wasm"), lies("sharp")]).toEqual([true, false]);
  });

  test("brings the native backend prebuilt, and builds nothing", async () => {
    expect(lies(`@tessera/native-${process.platform}-${process.arch}`)).toBe(true);
    expect(existsSync(join(place, "alone", "node_modules/@tessera/native/build"))).toBe(false);
    const program = `import { useBackend } from "@tessera/backends"; console.log((await useBackend("native")).name);`;
    await writeFile(join(place, "alone", "native.mjs"), program);
    expect(await succeed(process.execPath, ["native.mjs"], join(place, "alone"))).toBe("native\n");
  });

  test("classifies what is decoded, and says what decodes the rest", async () => {
    const program = `
      import { imageClassifier } from "@tessera/pipeline";
      const classify = await imageClassifier();
      const [best] = await classify({ width: 1, height: 1, data: new Uint8Array(3) });
      console.log(best.score > 0.1);
      await classify("boat.jpg").catch(({ message }) => console.log(message));`;
    const work = await workIn("alone", "packages/pipeline");
    await writeFile(join(work, "decoded.mjs"), program);
    expect(await succeed(process.execPath, ["decoded.mjs"], work)).toBe(
      "true\ndecodeImage: expected the package sharp to decode images in Node, got none; npm install sharp\n",
    );
  });
});

test.skipIf(process.platform === "win32")(
  "a global command runs, and says how to mend a global installation",
  async () => {
    const where = ["--global", "--prefix", join(place, "global"), `--@tessera:registry=${registry.url}`];
    await succeed("npm", ["install", ...where, "--prefer-offline", "--no-audit", "--no-fund", "@tessera/cli"], place);
    const doctor = await succeed(join(place, "global", "bin", "tessera"), ["doctor"], place);
    expect(doctor).toMatch(/^native +yes/m);
    expect(doctor).toMatch(/^wasm +yes/m);
    expect(doctor).toContain("npm install --global webgpu");
  },
);

describe.each(pages.filter(({ programs }) => programs.length > 0))("$folder", ({ folder, programs }) => {
  test.each(programs)("the program at line $line", async ({ code, line }) => {
    const work = await workIn("together", folder);
    // As plain JavaScript: Node 20 strips no types, and knows no `using`.
    await writeFile(join(work, `line-${line}.mjs`), code);
    await expect(succeed(process.execPath, [`line-${line}.mjs`], work, env)).resolves.toBeTypeOf("string");
  });
});

test.skipIf(process.platform === "win32").each(commands)(
  "$folder:$line, in a shell",
  async ({ folder, code }) => {
    const work = await workIn("together", folder);
    // As after `npm install --global @tessera/cli`.
    const path = `${join(place, "together", "node_modules", ".bin")}:${process.env["PATH"]}`;
    await expect(succeed("bash", ["-e", "-c", code], work, { ...env, PATH: path })).resolves.toBeTypeOf("string");
  },
  300_000,
);
