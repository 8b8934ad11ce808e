import { type BackendProvider, available, unavailable } from "../backend.ts";

/** GPUs through WebGPU: in browsers, and in Node through Dawn. Kernels and tfjs's backend are loaded when they are asked for. */
export const webgpu: BackendProvider = {
  name: "webgpu",
  tfjsName: "webgpu",
  async probe() {
    try {
      const { describeAdapter, findAdapter } = await import("./device/adapter.ts");
      const { device, software, half } = describeAdapter((await findAdapter()).adapter);
      // A page need not fetch a backend that it then passes over; there a missing one shows when it starts.
      if (typeof process !== "undefined") await (await import("./device/load-tfjs.ts")).loadTfjs();
      return { ...available("webgpu", device, half ? ["f32", "f16"] : ["f32"]), ...(software && { software }) };
    } catch (error) {
      return unavailable("webgpu", (error as Error).message);
    }
  },
  refusal: (precision) => (precision === "f16" ? "the adapter lacks shader-f16" : undefined),
  async register({ precision = "f32" }) {
    const { startWebgpu } = await import("./start.ts");
    await startWebgpu(precision);
  },
};
