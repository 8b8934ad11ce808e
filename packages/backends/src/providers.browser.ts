import type { BackendProvider } from "./backend.ts";
import { cpu } from "./cpu/provider.ts";
import { wasm } from "./wasm/provider.ts";
import { webgl } from "./webgl.ts";
import { webgpu } from "./webgpu/provider.ts";

/** In the order in which `auto` tries them. */
export const providers: readonly BackendProvider[] = [webgpu, webgl, wasm, cpu];
