// Runs before packages/testing/src/setup.ts in the projects of vitest.config.ts that run on WebGPU: sets our device and
// kernels up, in Chromium and, through Dawn, in Node. The setup after it finds the backend set.
import { useBackend } from "../packages/backends/src/index.ts";

await useBackend("webgpu");
(globalThis as { tesseraBackend?: string }).tesseraBackend = "webgpu";
