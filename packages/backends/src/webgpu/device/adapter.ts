import { findGpu, noAdapter } from "#gpu";
import { isSoftware } from "./software.ts";

/** What a GPU says of itself, for reports. */
export interface AdapterReport {
  device: string;
  /** Computes on the CPU, so slower than wasm. */
  software: boolean;
  /** Has shader-f16. */
  half: boolean;
}

/** The fastest adapter; throws with a reason and a cure when there is none. */
export async function findAdapter(): Promise<{ gpu: GPU; adapter: GPUAdapter }> {
  const gpu = await findGpu();
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error(noAdapter);
  return { gpu, adapter };
}

export function describeAdapter({ info, features }: Pick<GPUAdapter, "info" | "features">): AdapterReport {
  const words = [info.description, info.device].find((text) => text) ?? "";
  const name = words || [info.vendor, info.architecture].filter(Boolean).join(" ") || "unnamed adapter";
  return { device: name, software: isSoftware(info), half: features.has("shader-f16") };
}
