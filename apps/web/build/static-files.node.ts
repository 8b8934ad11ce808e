import { createReadStream, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { headersFile, headersOf, pagePolicy } from "./headers.node.ts";

const tfjsWasm = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json"));
const wasmVersion = (JSON.parse(readFileSync(join(tfjsWasm, "package.json"), "utf8")) as { version: string }).version;

/** Folder of the .wasm files in the site; its name changes with their content, so they can be cached for ever. */
export const wasmFolder = `wasm/${wasmVersion}/`;

const examples = fileURLToPath(new URL("../../../examples/images/", import.meta.url));

/** Where each file of the site that no module imports comes from. */
const sources: Record<string, string> = {
  ...Object.fromEntries(
    ["", "-simd", "-threaded-simd"].map((kind) => {
      const name = `tfjs-backend-wasm${kind}.wasm`;
      return [wasmFolder + name, join(tfjsWasm, "dist", name)];
    }),
  ),
  ...Object.fromEntries(
    ["ship.jpg", "frog.jpg", "truck.jpg", "airplane.jpg"].map((name) => [`examples/${name}`, join(examples, name)]),
  ),
};

/** tfjs's .wasm files, the example pictures, `_headers` and the page's policy: from the same origin, in dev and built. */
export function staticFiles(): Plugin {
  return {
    name: "tessera:static-files",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = (request.url ?? "").split("?")[0]!.slice(1);
        const source = sources[path];
        if (!source) return next();
        response.setHeader("Content-Type", basename(path).endsWith(".wasm") ? "application/wasm" : "image/jpeg");
        createReadStream(source).pipe(response);
      });
    },
    generateBundle() {
      for (const [fileName, source] of Object.entries(sources))
        this.emitFile({ type: "asset", fileName, source: readFileSync(source) });
      this.emitFile({ type: "asset", fileName: "_headers", source: headersFile() });
    },
    transformIndexHtml: {
      order: "post",
      // Vite's dev server needs inline scripts and styles.
      handler: (html, { server }) =>
        server
          ? html
          : {
              html,
              tags: [
                {
                  tag: "meta",
                  attrs: { "http-equiv": "Content-Security-Policy", content: pagePolicy },
                  injectTo: "head-prepend",
                },
              ],
            },
    },
  };
}

/** What `vite` and `vite preview` send, so that wasm has its threads there too. */
export const isolation = Object.fromEntries(
  Object.entries(headersOf("/other")).filter(([name]) => name.startsWith("Cross-Origin-")),
);
