// Runs before packages/testing/src/setup.ts in the project node-tensorflow of vitest.config.ts: sets tfjs-node up as users
// get it, with our kernels. The setup after it finds the backend set.
import { useBackend } from "../packages/backends/src/index.ts";

await useBackend("tensorflow");
(globalThis as { tesseraBackend?: string }).tesseraBackend = "tensorflow";
