// npm run size: what a visitor downloads for a page that only runs a ViT, minified. The backend comes on top.
// Fails when it grows past its budget of gzipped bytes, or takes in a package that it does not need.
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, defaultClientConditions } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = {
  "a page that runs a ViT": {
    budget: 38_000,
    source: `
    import { tensor } from "@tensorflow/tfjs-core";
    import { createVit } from "@tessera/vit";
    const model = createVit("vit_tiny_patch16_224");
    globalThis.classify = (pixels) => model.forward(tensor(pixels, [1, 224, 224, 3])).data();
  `,
  },
  "its tfjs-core alone": {
    budget: 21_000,
    source: `
    import { tensor } from "@tensorflow/tfjs-core";
    globalThis.tensor = tensor;
  `,
  },
};

/**
 * The page's minified code, from the packages' sources.
 * @param {string} source
 * @returns {Promise<{ code: string, modules: string[] }>}
 */
async function bundle(source) {
  const entry = "virtual:page";
  const built = await build({
    root,
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@tessera/source", ...defaultClientConditions] },
    build: { write: false, target: "es2022", rollupOptions: { input: entry } },
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === entry ? `\0${entry}` : undefined),
        load: (id) => (id === `\0${entry}` ? source : undefined),
      },
    ],
  });
  const { output } = /** @type {import("vite").Rolldown.RolldownOutput} */ (built);
  const chunks = output.filter((part) => part.type === "chunk");
  return { code: chunks.map((part) => part.code).join(""), modules: chunks.flatMap((part) => part.moduleIds) };
}

/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);

console.log(`${"".padEnd(24)}${"minified".padStart(10)}${"gzip".padStart(10)}${"brotli".padStart(10)}`);
for (const [name, { source, budget }] of Object.entries(pages)) {
  const { code, modules } = await bundle(source);
  const bytes = Buffer.from(code);
  const zipped = gzipSync(bytes, { level: 9 }).length;
  const sizes = [bytes.length, zipped, brotliCompressSync(bytes).length];
  console.log(`${name.padEnd(24)}${sizes.map(kilobytes).join("")}`);
  const stray = modules.filter((id) => id.startsWith("node:") || /\/packages\/(?!core\/|vit\/)/.test(id));
  if (zipped > budget) fail(`${name}: expected at most${kilobytes(budget)} of gzip`);
  if (stray.length > 0) fail(`${name}: expected core and vit alone, got ${stray.join(", ")}`);
}

/** @param {string} message */
function fail(message) {
  console.log(message);
  process.exitCode = 1;
}
