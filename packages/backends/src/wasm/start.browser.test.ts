import { expect, test } from "vitest";
import { wasm } from "./provider.ts";
import { threadsFor } from "./start.browser.ts";

test("a page that shares no memory has one thread, and is told what to set", async () => {
  expect(globalThis.crossOriginIsolated).toBe(false);
  expect(threadsFor({ threads: 4 })).toBe(1);
  expect(await wasm.probe({ threads: 4 })).toMatchObject({
    device: "WebAssembly SIMD, 1 thread",
    hint: expect.stringContaining("Cross-Origin-Embedder-Policy: require-corp"),
  });
});
