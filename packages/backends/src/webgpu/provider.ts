import { engine, registerBackend, removeBackend } from "@tensorflow/tfjs-core";
import { withGpu } from "#gpu";
import { type BackendProvider, available, unavailable } from "../backend.ts";
import { describeAdapter, findAdapter } from "./adapter.ts";
import { guard, isLost, isOwned, openDevice } from "./device.ts";
import { setHalf } from "./half.ts";
import { registerWebgpuKernels } from "./register.ts";
import type { TfjsWebgpu } from "./tfjs-backend.ts";

/** GPUs through WebGPU: in browsers, and in Node through Dawn. */
export const webgpu: BackendProvider = {
  name: "webgpu",
  tfjsName: "webgpu",
  async probe() {
    try {
      const { adapter } = await findAdapter();
      await loadTfjs();
      const { device, software, half } = describeAdapter(adapter);
      return { ...available("webgpu", device, half ? ["f32", "f16"] : ["f32"]), ...(software && { software }) };
    } catch (error) {
      return unavailable("webgpu", (error as Error).message);
    }
  },
  refusal: (precision) => precision === "f16" ? "the adapter lacks shader-f16" : undefined, // prettier-ignore
  async register({ precision = "f32" }) {
    const backend = running() ?? (await start());
    if (precision === "f16" && !backend.device.features.has("shader-f16")) {
      throw new Error(
        "f16 needs a device with shader-f16, and tfjs runs on one that was made without; call useBackend before tfjs's own webgpu starts",
      );
    }
    setHalf(backend.device, precision === "f16" ? "native" : "off");
    registerWebgpuKernels();
  },
};

/** The instance that tfjs has, if its GPU is there. Also one that was made elsewhere: its tensors are somebody's. */
function running(): TfjsWebgpu | undefined {
  const backend = engine().registry["webgpu"] as unknown as TfjsWebgpu | undefined;
  if (!backend) return undefined;
  if (isOwned(backend) && isLost(backend)) {
    removeBackend("webgpu");
    return undefined;
  }
  return backend;
}

async function start(): Promise<TfjsWebgpu> {
  const { gpu, adapter } = await findAdapter();
  const { WebGPUBackend } = await loadTfjs();
  const device = await openDevice(adapter);
  const instance = await withGpu(gpu, async () => new WebGPUBackend(device as never, adapter.info as never));
  const backend = instance as unknown as TfjsWebgpu;
  guard(backend);
  // tfjs registers one of its own on import, whose device asks for no f16 and no more than default limits.
  if (engine().registryFactory["webgpu"]) removeBackend("webgpu");
  registerBackend("webgpu", () => instance, 3);
  return backend;
}

async function loadTfjs(): Promise<typeof import("@tensorflow/tfjs-backend-webgpu")> {
  try {
    return await import("@tensorflow/tfjs-backend-webgpu");
  } catch (error) {
    throw new Error(
      `@tensorflow/tfjs-backend-webgpu does not load (${(error as Error).message}); npm install @tensorflow/tfjs-backend-webgpu`,
      { cause: error },
    );
  }
}
