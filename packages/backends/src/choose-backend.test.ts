import { getBackend, getGradient, ready, setBackend, unregisterGradient } from "@tensorflow/tfjs-core";
import { afterEach, expect, inject, test, vi } from "vitest";
import { type BackendProvider, type BackendReport, available, unavailable } from "./backend.ts";
import { chooseBackend } from "./choose-backend.ts";
import { loadCode } from "./load-code.ts";

const running = inject("backend");

afterEach(async () => {
  await setBackend(running);
  await ready();
});

/** One that runs on what the project's tests run on. */
function provider(name: BackendReport["name"], changes: Partial<BackendProvider> = {}): BackendProvider {
  return {
    name,
    tfjsName: running,
    probe: async () => available(name, "a device"),
    register: async () => {},
    ...changes,
  };
}

const missing = provider("cuda", { probe: async () => unavailable("cuda", "it is not installed") });
const broken = provider("tensorflow", {
  register: async () => {
    throw new Error("its library is gone");
  },
});
const unknownToTfjs = provider("tensorflow", { tfjsName: "no-such-backend" });

test("passes over what is missing, what breaks and what tfjs does not know, in order", async () => {
  const choice = await chooseBackend([missing, broken, unknownToTfjs, provider("wasm"), provider("cpu")], "auto", {});
  expect(choice).toMatchObject({ name: "wasm", device: "a device" });
  expect(choice.passedOver.map(({ reason }) => reason)).toEqual([
    "it is not installed",
    "its library is gone",
    "Backend name 'no-such-backend' not found in registry",
  ]);
  expect(getBackend()).toBe(running);
});

test("a named backend is not replaced by another", async () => {
  await expect(chooseBackend([broken, provider("cpu")], "tensorflow", {})).rejects.toThrow(
    'useBackend: expected backend "tensorflow" with f32, got none that works\n  tensorflow: its library is gone',
  );
});

test("code that did not load is told from a backend that does not work", async () => {
  const notLoaded = provider("webgl", {
    register: () => loadCode(() => Promise.reject(new TypeError("Failed to fetch")), "@tensorflow/tfjs-backend-webgl"),
  });
  const choice = await chooseBackend([notLoaded, broken, provider("wasm")], "auto", {});
  expect(choice.passedOver).toMatchObject([{ name: "webgl", code: "not-loaded" }, { name: "tensorflow" }]);
  expect(choice.passedOver[1]).not.toHaveProperty("code");
  await expect(chooseBackend([notLoaded], "webgl", {})).rejects.toMatchObject({
    code: "not-loaded",
    message: expect.stringContaining(
      "@tensorflow/tfjs-backend-webgl does not load (Failed to fetch); npm install @tensorflow/tfjs-backend-webgl",
    ) as string,
  });
  await expect(chooseBackend([broken], "tensorflow", {})).rejects.toMatchObject({ code: "invalid" });
});

test("takes a slower backend that has the precision", async () => {
  const half = provider("cpu", { probe: async () => available("cpu", "a device", ["f32", "bf16"]) });
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const choice = await chooseBackend([provider("wasm"), half], "auto", { precision: "bf16" });
  const warnings = [...warn.mock.calls];
  warn.mockRestore();
  expect(choice).toMatchObject({ name: "cpu", precision: "bf16" });
  expect(warnings).toEqual([
    [
      "useBackend: runs on cpu, which is slow, for want of another\n  wasm: it computes in f32, not in bf16; ask for f32",
    ],
  ]);
});

test("hands its options on", async () => {
  const seen: unknown[] = [];
  const curious = provider("cpu", { register: async (options) => void seen.push(options) });
  await chooseBackend([curious], "cpu", { threads: 3, wasmPath: "/wasm/", precision: "f32" });
  expect(seen).toEqual([{ threads: 3, wasmPath: "/wasm/", precision: "f32" }]);
});

test("registers gradients", async () => {
  unregisterGradient("Tanh");
  await chooseBackend([provider("cpu")], "cpu", {});
  expect(getGradient("Tanh")).toBeDefined();
});

const software = provider("webgpu", { probe: async () => ({ ...available("webgpu", "SwiftShader"), software: true }) });

test("a GPU in software is taken only when asked for by name", async () => {
  const choice = await chooseBackend([software, provider("wasm")], "auto", {});
  expect(choice.name).toBe("wasm");
  expect(choice.passedOver[0]!.reason).toBe("SwiftShader is a GPU in software, slower than wasm; ask for it by name");
  expect(await chooseBackend([software, provider("wasm")], "webgpu", {})).toMatchObject({
    name: "webgpu",
    passedOver: [],
  });
});

test("another stands in where that is allowed, with a warning, and the reason is kept", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const choice = await chooseBackend([provider("wasm"), broken, provider("cpu")], "tensorflow", { fallback: true });
  expect(choice).toMatchObject({ name: "wasm", passedOver: [{ name: "tensorflow", reason: "its library is gone" }] });
  const warnings = [...warn.mock.calls];
  warn.mockRestore();
  expect(warnings).toEqual([['useBackend: expected backend "tensorflow", runs on wasm instead: its library is gone']]);
});

test("says why a precision is lacking, where a provider knows", async () => {
  const picky = provider("webgpu", { refusal: () => "the adapter lacks shader-f16" });
  await expect(chooseBackend([picky], "webgpu", { precision: "f16" })).rejects.toThrow(
    "webgpu: the adapter lacks shader-f16; ask for f32",
  );
});
