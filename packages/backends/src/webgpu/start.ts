import { engine, registerBackend, removeBackend } from "@tensorflow/tfjs-core";
import { withGpu } from "#gpu";
import type { Precision } from "../backend.ts";
import { findAdapter } from "./device/adapter.ts";
import { chooseSubgroup } from "./program/choose-subgroup.ts";
import { guard, isLost, openDevice } from "./device/device.ts";
import { setHalf } from "./program/half.ts";
import { loadTfjs } from "./device/load-tfjs.ts";
import { registerWebgpuKernels } from "./register.ts";
import { setSubgroup } from "./program/subgroups.ts";
import type { TfjsWebgpu } from "./device/tfjs-backend.ts";

/**
 * Gives tfjs a WebGPU backend on a device of ours, with our kernels; one that runs already is kept. `find` is how it comes
 * by an adapter: benchmarks take one that computes nothing.
 *
 * @throws if there is no GPU or the precision cannot be had, with the reason.
 */
export async function startWebgpu(precision: Precision, find = findAdapter): Promise<void> {
  const backend = running() ?? (await start(find));
  if (precision === "f16" && !backend.device.features.has("shader-f16")) {
    throw new Error(
      "tfjs runs on a device that was made elsewhere without shader-f16; call useBackend before tfjs's own webgpu starts",
    );
  }
  setHalf(backend.device, precision === "f16" ? "native" : "off");
  registerWebgpuKernels();
}

/** The instance that tfjs has, if its GPU is there. Also one that was made elsewhere: its tensors are somebody's. */
function running(): TfjsWebgpu | undefined {
  const backend = engine().registry["webgpu"] as unknown as TfjsWebgpu | undefined;
  if (!backend || !isLost(backend)) return backend;
  removeBackend("webgpu");
  return undefined;
}

async function start(find: typeof findAdapter): Promise<TfjsWebgpu> {
  const { gpu, adapter } = await find();
  const { WebGPUBackend } = await loadTfjs();
  const device = await openDevice(adapter);
  const instance = await withGpu(gpu, async () => new WebGPUBackend(device as never, adapter.info as never));
  const backend = instance as unknown as TfjsWebgpu;
  guard(backend);
  setSubgroup(device, await chooseSubgroup(backend));
  // tfjs registers one of its own on import, whose device asks neither for f16 nor for all limits.
  if (engine().registryFactory["webgpu"]) removeBackend("webgpu");
  registerBackend("webgpu", () => instance, 3);
  return backend;
}
