import { type BackendProvider, available, unavailable } from "./backend.ts";

/** C++ kernels for this processor: AMX, AVX-512, AVX2 or what every processor has. */
export const native: BackendProvider = {
  name: "native",
  tfjsName: "native",
  async probe() {
    try {
      const { nativeStatus } = await import("@tessera/native");
      const { available: built, reason, isa, refusal, threads, precisions } = nativeStatus();
      if (!built) return unavailable("native", reason);
      const set = refusal ? `${isa} (not amx: ${refusal})` : isa;
      return available("native", `${set}, ${threads} thread${threads === 1 ? "" : "s"}`, precisions);
    } catch (error) {
      const [line] = (error as Error).message.split("\n", 1);
      return unavailable("native", `@tessera/native does not load (${line}); npm install @tessera/native`);
    }
  },
  async register({ threads, precision }) {
    const { configureNative } = await import("@tessera/native");
    // "f16" is not among the precisions that `probe` reports, so nobody asks for it here.
    configureNative({ threads, precision: precision === "bf16" ? "bf16" : "f32" });
  },
};
