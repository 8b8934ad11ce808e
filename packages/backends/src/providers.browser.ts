import type { BackendProvider } from "./backend.ts";
import { cpu } from "./cpu.ts";
import { wasm } from "./wasm/provider.ts";

/** In the order in which `auto` tries them. */
export const providers: readonly BackendProvider[] = [wasm, cpu];
