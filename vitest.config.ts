import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { findChromium } from "./scripts/chromium.mjs";

// What a test needs is in its name, and it runs in each project that has that. A plain `*.test.ts` needs a backend, whichever it
// is; `*.pure.test.ts` needs none and runs once, where none is set; `*.node.test.ts` needs Node, `*.browser.test.ts` a page,
// `*.webgpu.test.ts` WebGPU, `*.webgpu-browser.test.ts` that in a page, `*.tensorflow.test.ts` TensorFlow's library and
// `*.bf16.test.ts` a backend that computes in bfloat16.
const tests = ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts", "examples/**/*.test.ts"];
const pureTests = ["packages/*/src/**/*.pure.test.ts", "apps/*/src/**/*.pure.test.ts"];
const nodeTests = [
  "packages/*/src/**/*.node.test.ts",
  "apps/*/src/**/*.node.test.ts",
  "apps/cli/src/**/*.test.ts",
  "examples/**/*.node.test.ts",
  "scripts/**/*.node.test.ts",
];
const browserTests = ["packages/*/src/**/*.browser.test.ts", "apps/*/src/**/*.browser.test.ts"];
const webgpuKernelTests = "packages/*/src/**/*.webgpu.test.ts";
const webgpuBrowserTests = "packages/*/src/**/*.webgpu-browser.test.ts";
const tensorflowKernelTests = "packages/*/src/**/*.tensorflow.test.ts";
// Next.js is installed for its test alone.
const nextTests = "examples/**/*.next.test.ts";
const kernelTests = [webgpuKernelTests, webgpuBrowserTests, tensorflowKernelTests, nextTests];
const bf16Tests = ["packages/*/src/**/*.bf16.test.ts"];

// How often a plain test runs follows from what can break it. All of them run on wasm, in Node and in Chromium. What a backend can
// break, kernels and all that is made of them, runs on each backend once:
const backendTests = ["core", "testing", "train", ...packagesOfLevel("task"), ...packagesOfLevel("model")].map(
  (name) => `packages/${name}/src/**/*.test.ts`,
);
// where it is a GPU, in software here, which compiles a program for seconds, the ops, and the models that have programs of their own
// there against their references;
const gpuTests = [
  "packages/core/src/ops/*.test.ts",
  "packages/{tnt,vit}/src/{model.goldens,ops}.test.ts",
  "packages/testing/src/*.test.ts",
];
// on WebGPU recordings of them besides, but no tests of the definitions that ops.test.ts holds our kernels to;
const recordingTests = "packages/{core/src/replay,tnt/src,vit/src}/replayed.test.ts";
const definitionTests =
  "packages/core/src/ops/{activation,attention,depthwise-convolution,layer-norm,linear,patchify,query-key-attention,resize,self-attention,softmax-cross-entropy,window-attention}.test.ts";
// and on WebGPU in Chromium, whose kernels are those that Dawn runs in Node, what the page around them can break: every op once, the
// pipeline with its pictures and timm's answers, and what our backend has besides kernels.
const webgpuPageTests = [
  "packages/{core/src/ops,tnt/src}/ops.test.ts",
  "packages/pipeline/src/**/{image-classifier,image-embedder,warm-up}.test.ts",
];
const webgpuNodeTests = [
  "packages/backends/src/webgpu/{kernels/**/*,program/{half,subgroups}}.webgpu.test.ts",
  "packages/pipeline/src/**/gpu-memory.webgpu.test.ts",
  "packages/{swin,tnt}/src/*.webgpu.test.ts",
];
// Tests wait: for processes that they start, for a page, for files. On two processors vitest would run one file at a time.
const maxWorkers = Math.max(2, availableParallelism() - 1);
// A GPU in software takes all processors, and others' tests would time out beside it. It compiles on one of them.
const onGpuInSoftware = { sequence: { groupOrder: 1 }, maxWorkers: 2 };
const setupFiles = ["packages/testing/src/setup.ts"];
const webgpuSetupFiles = ["scripts/setup-webgpu.ts", ...setupFiles];

/** Packages by the level that they have as a tag, so that a new family of models is tested as the others are. */
function packagesOfLevel(level: string): string[] {
  return readdirSync("packages").filter((name) => {
    const { tags } = JSON.parse(readFileSync(`packages/${name}/turbo.json`, "utf8")) as { tags: string[] };
    return tags.includes(level);
  });
}

// Packages are seen as their sources, so nothing has to be built.
const source = "@tessera/source";
const resolve = {
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
};

function inNode(
  name: string,
  backend: string,
  include: string[],
  exclude: string[],
  register: string[] = [],
): TestProjectInlineConfiguration {
  return {
    ...resolve,
    test: {
      name,
      include,
      exclude: [bf16Tests, pureTests].includes(include) ? exclude : [...exclude, ...bf16Tests, ...pureTests],
      setupFiles: [...register, ...setupFiles],
      environment: "node",
      // tfjs stays outside of Vite, as it is for users in Node: one CommonJS instance, shared by core and the backends. In processes
      // of their own, because threads would share the native addon's settings, and one's memory would be the other's leak.
      pool: "forks",
      isolate: false,
      // The command line's tests start processes, which wait for each other on two processors.
      testTimeout: 120_000,
      hookTimeout: 120_000,
      provide: { backend, wasmPath: "", everyCase: true },
    },
  };
}

/** Node on a GPU through Dawn, or on the GPU in software that Chromium brings; nothing where there is neither. */
function inNodeOnWebgpu(): TestProjectInlineConfiguration[] {
  const driver = [dirname(findChromium() ?? ""), "/usr/lib/chromium"]
    .map((folder) => `${folder}/vk_swiftshader_icd.json`)
    .find((file) => existsSync(file));
  // In the environment of this process, because the Vulkan loader reads that of the process and not of a thread.
  if (driver) process.env["VK_ICD_FILENAMES"] ??= driver;
  if (!process.env["VK_ICD_FILENAMES"] && process.env["CI"]) {
    throw new Error("vitest.config.ts: expected a Vulkan driver for WebGPU in Node, found none; install chromium");
  }
  if (!process.env["VK_ICD_FILENAMES"]) {
    console.warn(
      "No Vulkan driver found: the project node-webgpu is left out. Install chromium or set VK_ICD_FILENAMES.",
    );
    return [];
  }
  const include = [...gpuTests, recordingTests, "packages/backends/src/**/*.test.ts", webgpuKernelTests];
  const others = [...nodeTests, ...browserTests, definitionTests, webgpuBrowserTests, tensorflowKernelTests];
  const project = inNode("node-webgpu", "webgpu", include, others);
  return [
    {
      ...project,
      test: {
        ...project.test,
        setupFiles: webgpuSetupFiles,
        testTimeout: 180_000,
        ...onGpuInSoftware,
      },
    },
  ];
}

/** Node on TensorFlow's C library, where `npm run test:tensorflow` has built tfjs-node. */
function inNodeOnTensorflow(): TestProjectInlineConfiguration[] {
  if (!process.env["TESSERA_TEST_TENSORFLOW"]) return [];
  const include = ["packages/{core,testing,tnt,vit,backends/src/tensorflow}/**/*.test.ts"];
  // tfjs-node brings tfjs's own gradients, before which ours stand back.
  const theirs = "packages/core/src/ops/all-gradients.test.ts";
  const others = [...nodeTests, ...browserTests, webgpuKernelTests, webgpuBrowserTests, theirs];
  const project = inNode("node-tensorflow", "tensorflow", include, others, ["scripts/setup-tensorflow.ts"]);
  return [{ ...project, test: { ...project.test, testTimeout: 60_000 } }];
}

const wasmPath = `/@fs${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm"))}/`;

function inChromium(
  backend: string,
  executablePath: string,
  include: string[],
  exclude: string[],
): TestProjectInlineConfiguration {
  const name = `chromium-${backend}`;
  return {
    ...resolve,
    cacheDir: `node_modules/.vite/${name}`,
    // All of tfjs is bundled ahead and together, so there is one instance and no reload in the middle of a run.
    optimizeDeps: {
      include: ["core", "backend-cpu", "backend-wasm", "backend-webgl", "backend-webgpu"]
        .map((part) => `@tensorflow/tfjs-${part}`)
        .concat("fast-check", "fastest-levenshtein", "umap-js"),
    },
    test: {
      name,
      include,
      exclude: [...exclude, ...nodeTests, ...bf16Tests, ...pureTests],
      setupFiles: backend === "webgpu" ? webgpuSetupFiles : setupFiles,
      isolate: false,
      // A GPU in software compiles shaders for seconds.
      testTimeout: backend === "webgpu" ? 180_000 : 60_000,
      ...(backend !== "wasm" && onGpuInSoftware),
      provide: { backend, wasmPath, everyCase: backend !== "webgpu" },
      browser: {
        enabled: true,
        headless: true,
        fileParallelism: false,
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
              // As our backend has it in Node: SwiftShader compiles for seconds what a loop does as well.
              "--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension",
            ],
          },
        }),
        instances: [{ browser: "chromium" }],
      },
    },
  };
}

const projects = [
  // Without a backend tfjs refuses every kernel.
  inNode("node-pure", "", pureTests, []),
  inNode(
    "node-cpu",
    "cpu",
    backendTests,
    [...nodeTests, ...browserTests, ...kernelTests],
    ["packages/backends/src/cpu/__fixtures__/register.ts"],
  ),
  inNode("node-wasm", "wasm", tests, [...nodeTests, ...browserTests, ...kernelTests]),
  inNode(
    "node-native",
    "native",
    backendTests,
    // Its own tests go through the ops on every instruction set.
    [...nodeTests, ...browserTests, ...kernelTests, "packages/core/src/ops/ops.test.ts"],
    ["packages/native/src/__fixtures__/register.ts"],
  ),
  // The best set of this machine, and AMX's kernels on a model of its tile registers.
  ...["native-bf16", "amx-emulated"].map((backend) =>
    inNode(`node-${backend}`, backend, bf16Tests, [], ["packages/native/src/__fixtures__/bf16.ts"]),
  ),
  inNode("node", "wasm", nodeTests, []),
  ...(process.env["TESSERA_TEST_NEXT"] ? [inNode("node-next", "", [nextTests], [])] : []),
  ...inNodeOnWebgpu(),
  ...inNodeOnTensorflow(),
];

const chromium = findChromium();
if (chromium) {
  projects.push(
    inChromium("wasm", chromium, tests, kernelTests),
    inChromium("webgl", chromium, gpuTests, [...browserTests, ...kernelTests]),
    inChromium(
      "webgpu",
      chromium,
      [...webgpuPageTests, webgpuKernelTests, webgpuBrowserTests],
      [...browserTests, ...webgpuNodeTests, tensorflowKernelTests],
    ),
  );
} else if (process.env.CI) {
  throw new Error("vitest.config.ts: expected Chromium, found none; install it or set CHROMIUM_PATH to it");
} else {
  console.warn("No Chromium found: the browser projects are left out. Install it or set CHROMIUM_PATH to it.");
}

export default defineConfig({ test: { maxWorkers, projects } });
