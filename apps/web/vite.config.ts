import { fileURLToPath } from "node:url";
import { defaultClientConditions, defineConfig } from "vite";
import { precache } from "./build/precache.node.ts";
import { wasmThreads } from "./build/wasm-threads.node.ts";
import { isolation, staticFiles, wasmFolder } from "./build/static-files.node.ts";

const inPlaceOf = (name: string) => fileURLToPath(new URL(`src/worker/${name}.ts`, import.meta.url));

const ofCore = /[\\/](?:tfjs-core|packages[\\/]core)[\\/]/;

// Packages are seen as their sources, so nothing has to be built.
const conditions = ["@tessera/source", ...defaultClientConditions];

export default defineConfig({
  // Relative, so that the site may lie in any folder of a host.
  base: "./",
  resolve: {
    conditions,
    // The site is a worker of its own making; others' workers would be second copies of all that this is made of.
    alias: [
      { find: /^\.\.\/pool\/pooled-runner\.ts$/, replacement: inPlaceOf("without-pool") },
      { find: "#start-worker", replacement: inPlaceOf("without-loader-workers") },
    ],
  },
  define: { WASM_FOLDER: JSON.stringify(wasmFolder) },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [staticFiles(), precache()],
  worker: {
    format: "es",
    plugins: () => [wasmThreads()],
    // What several parts share, in one file: by themselves its modules were fifty, and a twelfth of the bytes more.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: "shared-code", test: ofCore, minShareCount: 2 }] } },
    },
  },
  // The server finds tfjs when the worker starts; a late find would reload the page.
  optimizeDeps: {
    include: ["core", "backend-cpu", "backend-wasm", "backend-webgl", "backend-webgpu"]
      .map((part) => `@tensorflow/tfjs-${part}`)
      .concat("@tessera/core > fastest-levenshtein"),
  },
  server: { headers: isolation },
  preview: { headers: isolation },
  build: {
    target: "es2022",
    // The policy has no room for data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: "index.html", sw: "src/service-worker.ts" },
      output: { entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js") },
    },
  },
});
