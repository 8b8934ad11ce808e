import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";
import { locate } from "../../locate.node.ts";
import { isSoftware } from "./software.ts";

interface Dawn {
  create(options: string[]): GPU;
  globals: object;
}

let made: GPU | undefined;

/**
 * Workgroup memory begins as zeros either way: written by a loop in each program, or by the driver, for which SwiftShader compiles a
 * store for each number. With the loop our products are compiled in a fifth of the time.
 */
const forSoftware = ["disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension"];

/** Dawn, Chromium's WebGPU, from the npm package `webgpu`, or why there is none. */
export async function findGpu(): Promise<GPU> {
  if (made) return made;
  const file = locate("webgpu");
  if (!file) throw new Error("the package webgpu (Dawn) is not installed; npm install webgpu");
  if (!mayHaveGpu()) throw new Error(noAdapter);
  let dawn: Dawn;
  try {
    dawn = (await import(pathToFileURL(file).href)) as Dawn;
  } catch (error) {
    const [message] = (error as Error).message.split("\n", 1);
    const cure = /GLIBC|GLIBCXX/.test(message!)
      ? "its build needs a newer system (glibc); update the system"
      : `it has no build for ${process.platform}-${process.arch}, or that lacks a library`;
    throw new Error(`the package webgpu does not load (${message}); ${cure}`, { cause: error });
  }
  // GPUBuffer and its like, which tfjs compares with.
  Object.assign(globalThis, dawn.globals);
  made = dawn.create([]);
  const adapter = await lookAround(made);
  if (adapter && isSoftware(adapter.info)) made = dawn.create(forSoftware);
  return made;
}

/**
 * Loading Dawn and asking the Vulkan loader costs every start a tenth of a second, so on Linux the system is asked first:
 * for a device file of a GPU (also under Windows' Linux), or a driver that somebody named.
 */
function mayHaveGpu(): boolean {
  const { VK_ICD_FILENAMES, VK_DRIVER_FILES } = process.env;
  if (process.platform !== "linux" || VK_ICD_FILENAMES || VK_DRIVER_FILES) return true;
  const hasRenderNode = existsSync("/dev/dri") && readdirSync("/dev/dri").some((name) => name.startsWith("render"));
  return hasRenderNode || existsSync("/dev/nvidia0") || existsSync("/dev/dxg");
}

/** Dawn looks for GPUs once; libraries that it asks print to standard error where this variable is not set. */
async function lookAround(gpu: GPU): Promise<GPUAdapter | null> {
  const unset = process.platform === "linux" && process.env["XDG_RUNTIME_DIR"] === undefined;
  if (unset) process.env["XDG_RUNTIME_DIR"] = tmpdir();
  const adapter = await gpu.requestAdapter();
  if (unset) delete process.env["XDG_RUNTIME_DIR"];
  return adapter;
}

/** Cure for an adapter that is not there. */
export const noAdapter =
  process.platform === "linux"
    ? "Dawn finds no GPU; install its Vulkan driver and libvulkan1, or name a driver's file in VK_ICD_FILENAMES"
    : "Dawn finds no GPU; update its driver";

/**
 * tfjs asks for `navigator.gpu` when its backend is made. It is there only as long as that lasts: for as long as somebody
 * global holds it, Dawn keeps the process from ending.
 */
export async function withGpu<T>(gpu: GPU, work: () => Promise<T>): Promise<T> {
  const scope = globalThis as { navigator?: object };
  const before = Object.getOwnPropertyDescriptor(scope, "navigator");
  const navigator = scope.navigator ?? {};
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  if (!scope.navigator) Object.defineProperty(scope, "navigator", { value: navigator, configurable: true });
  try {
    return await work();
  } finally {
    Reflect.deleteProperty(navigator, "gpu");
    if (!before) Reflect.deleteProperty(scope, "navigator");
  }
}
