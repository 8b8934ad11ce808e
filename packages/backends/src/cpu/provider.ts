import { engine } from "@tensorflow/tfjs-core";
import { type BackendProvider, available, failed } from "../backend.ts";
import { loadCode } from "../load-code.ts";
import { registerCpuKernels } from "./kernels.ts";

const load = () => loadCode(() => import("@tensorflow/tfjs-backend-cpu"), "@tensorflow/tfjs-backend-cpu");

/** Plain JavaScript: runs everywhere, slowly. */
export const cpu: BackendProvider = {
  name: "cpu",
  tfjsName: "cpu",
  async probe() {
    try {
      await load();
      return available("cpu", "JavaScript, 1 thread");
    } catch (error) {
      return failed("cpu", error);
    }
  },
  async register() {
    await load();
    // It prints an advertisement of tfjs-node at its first use in Node, which nobody who chose it needs.
    const instance = engine().findBackend("cpu") as { firstUse?: boolean } | null;
    if (instance) instance.firstUse = false;
    registerCpuKernels();
  },
};
