import { type BackendProvider, available, unavailable } from "./backend.ts";
import { loadCode } from "./load-code.ts";

/**
 * GPUs of browsers without WebGPU. Ops run in their composed form. Probing loads nothing: a page need not fetch a backend
 * that it then passes over.
 */
export const webgl: BackendProvider = {
  name: "webgl",
  tfjsName: "webgl",
  async probe() {
    const context = typeof OffscreenCanvas === "undefined" ? null : new OffscreenCanvas(1, 1).getContext("webgl2");
    if (!context)
      return unavailable("webgl", "this browser offers no WebGL 2; allow hardware acceleration in its settings");
    const info = context.getExtension("WEBGL_debug_renderer_info");
    const device = String(context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER));
    context.getExtension("WEBGL_lose_context")?.loseContext();
    return {
      ...available("webgl", device),
      ...(/swiftshader|llvmpipe|basic render/i.test(device) && { software: true }),
    };
  },
  async register() {
    await loadCode(() => import("@tensorflow/tfjs-backend-webgl"), "@tensorflow/tfjs-backend-webgl");
  },
};
