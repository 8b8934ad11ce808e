// The same page from every bundler, opened in Chromium; and the route handler of a server, packed and called. The packages are taken as
// they are published, from what was built.
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build as esbuild } from "esbuild";
import { type Browser, chromium } from "playwright";
import { build as vite } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import webpack from "webpack";
import { type StaticServer, serve } from "../../apps/web/src/site-tests/serve.node.ts";
import { findChromium } from "../../scripts/chromium.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const entry = join(here, "page.js");
const picture = join(here, "../images/ship.jpg");
/** Where npm has put a package. */
const packageFolder = (name: string) => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));

let folder: string;
let site: StaticServer;
let browser: Browser;

beforeAll(async () => {
  // Beside the repository's packages, so that what is left out of a bundle is found.
  folder = await mkdtemp(join(here, "../../node_modules/.cache-bundles-"));
  site = await serve(folder, { headers: (path) => (path.includes("isolated") ? isolated : {}) });
  browser = await chromium.launch({ executablePath: findChromium(), args: ["--headless=new", "--no-sandbox"] });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await rm(folder, { recursive: true, force: true });
});

const isolated = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

async function withVite(out: string): Promise<void> {
  await vite({
    root: here,
    configFile: false,
    logLevel: "error",
    base: "./",
    worker: { format: "es" },
    build: { outDir: out, rollupOptions: { input: entry, output: { entryFileNames: "page.js" } } },
  });
}

async function withWebpack(out: string): Promise<void> {
  const stats = await new Promise<webpack.Stats>((resolve, reject) =>
    webpack(
      // Minified code is what vite and esbuild make here; webpack's takes its time.
      { mode: "production", entry, output: { path: out, filename: "page.js" }, optimization: { minimize: false } },
      (error, done) => (done ? resolve(done) : reject(error ?? new Error("webpack gave no result"))),
    ),
  );
  expect(stats.toJson({ all: false, errors: true }).errors).toEqual([]);
}

/** It leaves `new URL(…, import.meta.url)` as it is, so what stands there is put where it points. */
async function withEsbuild(out: string): Promise<void> {
  const pipeline = packageFolder("@tessera/pipeline");
  await esbuild({
    entryPoints: { page: entry, "worker.browser": join(pipeline, "dist/pool/worker.browser.js") },
    outdir: join(out, "site/js"),
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    logLevel: "error",
  });
  await cp(join(pipeline, "models"), join(out, "models"), { recursive: true });
  const wasm = "@tensorflow/tfjs-backend-wasm/dist";
  await cp(packageFolder("@tensorflow/tfjs-backend-wasm") + "/dist", join(out, "site/js", wasm), {
    recursive: true,
    filter: (file) => !/\.[a-z]+$/.test(file) || file.endsWith(".wasm"),
  });
}

/** Puts a page beside a bundle, and asks it in Chromium. */
async function classified(at: string, html: string, threads?: number): Promise<unknown> {
  await mkdir(join(folder, at), { recursive: true });
  await writeFile(join(folder, at, "index.html"), `<!doctype html>${html}`);
  await cp(picture, join(folder, at, "ship.jpg"));
  const page = await browser.newPage();
  const told: string[] = [];
  page.on("console", (message) => told.push(message.text()));
  page.on("pageerror", (error) => told.push(String(error)));
  try {
    await page.goto(`${site.origin}${at}/`);
    await page.waitForFunction("globalThis.classifyTwice", undefined, { timeout: 60_000 });
    const answers = (await page.evaluate(`classifyTwice(${threads ?? ""})`)) as object;
    return { ...answers, told: told.filter((text) => text.startsWith("useBackend:")) };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${told.join("\n")}`, { cause: error });
  } finally {
    await page.close();
  }
}

const script = `<script type="module" src="page.js"></script>`;
/** What was packed once, by a name of its own. */
const imported = `<script type="importmap">{ "imports": { "classify": "./js/page.js" } }</script><script type="module">import "classify";</script>`;
const answer = { here: "ship", inWorker: "ship", backend: "wasm", told: [] };

test("Vite packs files and worker by itself", async () => {
  await withVite(join(folder, "vite"));
  expect(await classified("vite", script)).toEqual(answer);
}, 120_000);

test("minified code that breaks tfjs's threads runs on one, and says so", async () => {
  await cp(join(folder, "vite"), join(folder, "isolated"), { recursive: true });
  const warning = expect.stringContaining("expected wasm on 2 threads, got code that a minifier broke; it runs on one");
  expect(await classified("isolated", script, 2)).toEqual({ ...answer, told: [warning, warning] });
}, 120_000);

test("webpack, too", async () => {
  await withWebpack(join(folder, "webpack"));
  expect(await classified("webpack", script)).toEqual(answer);
}, 240_000);

test("esbuild, with the files copied to where they are looked for, through an import map", async () => {
  await withEsbuild(join(folder, "esbuild"));
  expect(await classified("esbuild/site", imported)).toEqual(answer);
}, 120_000);

test("a server's route handler runs with the packages left outside of its bundle", async () => {
  const out = join(folder, "route.mjs");
  await esbuild({ entryPoints: [join(here, "../nextjs/app/classify/route.js")], outfile: out, bundle: true, platform: "node", format: "esm", packages: "external", logLevel: "error" }); // prettier-ignore
  const call = `
    import { readFile } from "node:fs/promises";
    import { POST } from ${JSON.stringify(pathToFileURL(out).href)};
    const body = await readFile(${JSON.stringify(picture)});
    const answer = await POST(new Request("http://127.0.0.1/classify", { method: "POST", body }));
    console.log(await answer.text());
  `;
  // In a process of its own, which sees the packages as users do, and ends by itself.
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", call]);
  expect((JSON.parse(stdout) as { label: string }[])[0]!.label).toBe("ship");
}, 60_000);
