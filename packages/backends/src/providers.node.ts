import type { BackendProvider } from "./backend.ts";
import { cpu } from "./cpu/provider.ts";
import { native } from "./native.node.ts";
import { cuda, tensorflowCpu } from "./tensorflow/provider.node.ts";
import { wasm } from "./wasm/provider.ts";
import { webgpu } from "./webgpu/provider.ts";

/** In the order in which `auto` tries them. */
export const providers: readonly BackendProvider[] = [cuda, webgpu, native, tensorflowCpu, wasm, cpu];
