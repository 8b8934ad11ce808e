import { engine } from "@tensorflow/tfjs-core";
import { type BackendProvider, available, unavailable } from "./backend.ts";

/** Plain JavaScript: runs everywhere, slowly. */
export const cpu: BackendProvider = {
  name: "cpu",
  tfjsName: "cpu",
  async probe() {
    try {
      await import("@tensorflow/tfjs-backend-cpu");
      return available("cpu", "JavaScript, 1 thread");
    } catch (error) {
      return unavailable(
        "cpu",
        `@tensorflow/tfjs-backend-cpu does not load (${(error as Error).message}); npm install @tensorflow/tfjs-backend-cpu`,
      );
    }
  },
  async register() {
    await import("@tensorflow/tfjs-backend-cpu");
    // It prints an advertisement of tfjs-node at its first use in Node, which nobody who chose it needs.
    const instance = engine().findBackend("cpu") as { firstUse?: boolean } | null;
    if (instance) instance.firstUse = false;
  },
};
