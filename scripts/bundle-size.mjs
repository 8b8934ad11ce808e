// npm run size: what a visitor downloads for a page that runs a ViT, minified. The backend comes on top.
// Fails when it grows past its budget of gzipped bytes, or takes in a package that it does not need.
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, defaultClientConditions } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
/** @type {Record<string, { budget: number, packages: RegExp, asked?: string, source: string }>} */
const pages = {
  "a page that runs a ViT": {
    budget: 41_500,
    packages: /^(core|vit)$/,
    source: `
    import { tensor } from "@tensorflow/tfjs-core";
    import { createVit } from "@tessera/vit";
    const model = createVit("vit_tiny_patch16_224");
    globalThis.classify = (pixels) => model.forward(tensor(pixels, [1, 224, 224, 3])).data();
  `,
  },
  "a page that classifies": {
    budget: 106_000,
    // what is asked for at run time: the family of the model, and no other
    asked: "packages/vit/src/index.ts",
    packages: /^(backends|core|data|pipeline|vit|weights)$/,
    source: `
    import { imageClassifier } from "@tessera/pipeline";
    globalThis.classify = async (picture) => (await imageClassifier())(picture);
  `,
  },
  "its tfjs-core alone": {
    budget: 21_000,
    packages: /^$/,
    source: `
    import { tensor } from "@tensorflow/tfjs-core";
    globalThis.tensor = tensor;
  `,
  },
};

/**
 * The page's minified code, from the packages' sources: what it imports, and what it then asks for.
 * @param {{ source: string, asked?: string }} page
 * @returns {Promise<{ code: string, modules: string[] }>}
 */
async function bundle({ source, asked }) {
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
  /** @type {Set<typeof chunks[number]>} */
  const downloaded = new Set();
  /** @param {(chunk: typeof chunks[number]) => boolean | undefined} wanted */
  const download = (wanted) => {
    for (const chunk of chunks) {
      if (!wanted(chunk) || downloaded.has(chunk)) continue;
      downloaded.add(chunk);
      download(({ fileName }) => chunk.imports.includes(fileName));
    }
  };
  download(({ isEntry }) => isEntry);
  if (asked) download(({ moduleIds }) => moduleIds.some((id) => id.endsWith(asked)));
  const parts = [...downloaded];
  return { code: parts.map(({ code }) => code).join(""), modules: parts.flatMap(({ moduleIds }) => moduleIds) };
}

/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);

console.log(`${"".padEnd(24)}${"minified".padStart(10)}${"gzip".padStart(10)}${"brotli".padStart(10)}`);
for (const [name, page] of Object.entries(pages)) {
  const { code, modules } = await bundle(page);
  const bytes = Buffer.from(code);
  const zipped = gzipSync(bytes, { level: 9 }).length;
  const sizes = [bytes.length, zipped, brotliCompressSync(bytes).length];
  console.log(`${name.padEnd(24)}${sizes.map(kilobytes).join("")}`);
  const stray = modules.filter((id) => {
    const [, inPackage] = /\/packages\/([^/]+)\//.exec(id) ?? [];
    return id.startsWith("node:") || (inPackage !== undefined && !page.packages.test(inPackage));
  });
  if (zipped > page.budget) fail(`${name}: expected at most${kilobytes(page.budget)} of gzip`);
  const { asked = "" } = page;
  if (!modules.some((id) => id.endsWith(asked))) fail(`${name}: expected a part with ${asked}, got none`);
  if (stray.length > 0) fail(`${name}: expected only ${page.packages.source}, got ${stray.join(", ")}`);
}

/** @param {string} message */
function fail(message) {
  console.log(message);
  process.exitCode = 1;
}
