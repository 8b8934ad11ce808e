import { type BackendProvider, available, failed } from "../backend.ts";
import { loadCode } from "../load-code.ts";

/** GPUs through WebGPU: in browsers, and in Node through Dawn. Kernels and tfjs's backend are loaded when they are asked for. */
export const webgpu: BackendProvider = {
  name: "webgpu",
  tfjsName: "webgpu",
  async probe() {
    try {
      const { describeAdapter, findAdapter } = await loadCode(() => import("./device/adapter.ts"));
      const { device, software, half } = describeAdapter((await findAdapter()).adapter);
      // A page need not fetch a backend that it then passes over; there a missing one shows when it starts.
      if (typeof process !== "undefined") await (await loadCode(() => import("./device/load-tfjs.ts"))).loadTfjs();
      return { ...available("webgpu", device, half ? ["f32", "f16"] : ["f32"]), ...(software && { software }) };
    } catch (error) {
      return failed("webgpu", error);
    }
  },
  refusal: (precision) => (precision === "f16" ? "the adapter lacks shader-f16" : undefined),
  async register({ precision = "f32" }) {
    const { startWebgpu } = await loadCode(() => import("./start.ts"));
    await startWebgpu(precision);
  },
};
