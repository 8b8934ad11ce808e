// Contenders in pages of a headless Chromium, for turns.mjs.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, extname } from "node:path";
import { chromium } from "playwright";
import { build } from "vite";
import { findChromium } from "../scripts/chromium.mjs";
import { here } from "./host.mjs";

/** @typedef {import("./turns.mjs").Running} Running */

const types = /** @type {Record<string, string>} */ ({ ".mjs": "text/javascript", ".wasm": "application/wasm" });

/** @returns {Promise<string>} contenders/page.mjs with all that it imports, in one file */
async function bundledPage() {
  const built = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      target: "es2022",
      minify: false,
      rollupOptions: { input: here("contenders/page.mjs"), output: { codeSplitting: false } },
    },
  });
  const { output } = /** @type {import("vite").Rolldown.RolldownOutput} */ (built);
  return output[0].code;
}

const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/**
 * What lies at an address: the page, its script, the files of onnxruntime-web.
 * @param {string} url @param {string} script @returns {Promise<[type: string, body: string | Buffer]>}
 */
async function contentOf(url, script) {
  if (url === "/") return ["text/html", '<!doctype html><script type="module" src="/page.mjs"></script>'];
  if (url === "/page.mjs") return ["text/javascript", script];
  const file = await readFile(here(`peers/node_modules/onnxruntime-web/dist/${basename(url)}`));
  return [types[extname(url)] ?? "application/octet-stream", file];
}

/** @param {string} script */
async function serve(script) {
  const server = createServer(({ url = "/" }, response) => {
    contentOf(url, script).then(
      ([type, body]) => response.writeHead(200, { ...isolation, "Content-Type": type }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { server, address: `http://127.0.0.1:${port}/` };
}

/**
 * A browser that starts contenders; `software` has it compute on the CPU, as machines without a GPU can.
 * @param {{ software: boolean }} options
 */
export async function openChromium({ software }) {
  const { server, address } = await serve(await bundledPage());
  const executablePath = findChromium();
  const browser = await chromium.launch({
    ...(executablePath && { executablePath }),
    args: [
      "--no-sandbox",
      "--enable-unsafe-webgpu",
      ...(software
        ? ["--use-webgpu-adapter=swiftshader", "--enable-unsafe-swiftshader"]
        : ["--enable-features=Vulkan"]),
    ],
  });
  return {
    version: browser.version(),
    /** @param {string} kind @param {string} model @param {number} batch @returns {Promise<Running>} */
    async start(kind, model, batch) {
      const page = await browser.newPage();
      page.setDefaultTimeout(0);
      await page.goto(address);
      await page.waitForFunction("globalThis.startContender");
      const facts = await page.evaluate(`startContender(${JSON.stringify(kind)}, ${JSON.stringify(model)}, ${batch})`);
      return {
        kind: `chromium ${kind}`,
        facts: /** @type {Record<string, unknown>} */ (facts),
        samples: {},
        rssMB: Number.NaN,
        async run(runs) {
          const samples = /** @type {Record<string, number[]>} */ (await page.evaluate(`measureContender(${runs})`));
          for (const [name, values] of Object.entries(samples)) (this.samples[name] ??= []).push(...values);
        },
        stop: () => void page.close(),
      };
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}
