import { createRequire } from "node:module";
import { dirname } from "node:path";
import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { findChromium } from "./scripts/chromium.mjs";

// The same test files run in every project: `*.node.test.ts` only in `node`, `*.browser.test.ts` only in `chromium-wasm`.
const tests = ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts", "examples/**/*.test.ts"];
const nodeTests = ["packages/*/src/**/*.node.test.ts", "apps/*/src/**/*.node.test.ts", "apps/cli/src/**/*.test.ts"];
const browserTests = ["packages/*/src/**/*.browser.test.ts", "apps/*/src/**/*.browser.test.ts"];
const setupFiles = ["packages/testing/src/setup.ts"];

// Packages are seen as their sources, so nothing has to be built.
const source = "@tessera/source";
const resolve = {
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
};

function inNode(name: string, backend: string, include: string[], exclude: string[]): TestProjectInlineConfiguration {
  return {
    ...resolve,
    test: {
      name,
      include,
      exclude,
      setupFiles,
      environment: "node",
      // tfjs stays outside of Vite, as it is for users in Node: one CommonJS instance, shared by core and the backends.
      pool: "threads",
      isolate: false,
      testTimeout: 30_000,
      provide: { backend, wasmPath: "" },
    },
  };
}

const wasmPath = `/@fs${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm"))}/`;

function inChromium(backend: string, executablePath: string, only: string[] = []): TestProjectInlineConfiguration {
  const name = `chromium-${backend}`;
  return {
    ...resolve,
    cacheDir: `node_modules/.vite/${name}`,
    // All of tfjs is bundled ahead and together, so there is one instance and no reload in the middle of a run.
    optimizeDeps: {
      include: ["core", "backend-cpu", "backend-wasm", "backend-webgl", "backend-webgpu"]
        .map((part) => `@tensorflow/tfjs-${part}`)
        .concat("fast-check", "fastest-levenshtein"),
    },
    test: {
      name,
      include: tests,
      exclude: [...nodeTests, ...browserTests.filter((pattern) => !only.includes(pattern))],
      setupFiles,
      isolate: false,
      fileParallelism: false,
      testTimeout: 60_000,
      provide: { backend, wasmPath },
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: {
            executablePath,
            args: [
              "--headless=new",
              "--no-sandbox",
              "--disable-quic",
              "--no-first-run",
              "--disable-background-networking",
              "--disable-component-update",
              "--disable-sync",
              "--enable-unsafe-webgpu",
              "--use-webgpu-adapter=swiftshader",
              "--enable-unsafe-swiftshader",
              "--use-angle=swiftshader",
            ],
          },
        }),
        instances: [{ browser: "chromium" }],
      },
    },
  };
}

const projects = [
  inNode("node-cpu", "cpu", tests, [...nodeTests, ...browserTests]),
  inNode("node-wasm", "wasm", tests, [...nodeTests, ...browserTests]),
  inNode("node", "wasm", nodeTests, []),
];

const chromium = findChromium();
if (chromium) {
  projects.push(
    inChromium("wasm", chromium, browserTests),
    inChromium("webgl", chromium),
    inChromium("webgpu", chromium),
  );
} else if (process.env.CI) {
  throw new Error("vitest.config.ts: expected Chromium, found none; install it or set CHROMIUM_PATH to it");
} else {
  console.warn("No Chromium found: the browser projects are left out. Install it or set CHROMIUM_PATH to it.");
}

export default defineConfig({ test: { projects } });
