import type { BackendProvider } from "./backend.ts";
import { cpu } from "./cpu.ts";
import { cuda, tensorflowCpu } from "./tensorflow.node.ts";
import { wasm } from "./wasm/provider.ts";
import { webgpu } from "./webgpu/provider.ts";

/** In the order in which `auto` tries them. */
export const providers: readonly BackendProvider[] = [cuda, webgpu, tensorflowCpu, wasm, cpu];
