import { getBackend, memory, ready, setBackend, square, tensor1d } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import { afterEach, describe, expect, inject, test } from "vitest";
import { unregisterWasmKernels } from "./wasm/__fixtures__/without-kernels.ts";
import { type BackendName, backendNames, listBackends, useBackend } from "./index.ts";

const wasmPath = inject("wasmPath") || undefined;
const inNode = typeof document === "undefined";

afterEach(async () => {
  unregisterWasmKernels();
  await setBackend(inject("backend"));
  await ready();
});

async function failure(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => "no error",
    (caught: unknown) => caught,
  );
  expect(TesseraError.isInstance(error)).toBe(true);
  return (error as Error).message;
}

describe("useBackend", () => {
  test.each(["wasm", "cpu"] as const)("sets up %s, which then computes", async (name) => {
    const choice = await useBackend(name, { wasmPath });
    expect(choice).toMatchObject({ name, available: true, reason: "", precision: "f32", passedOver: [] });
    expect(getBackend()).toBe(name);
    const x = tensor1d([1, 2, 3]);
    const y = square(x);
    await expect(y).toBeAllClose([1, 4, 9]);
    x.dispose();
    y.dispose();
  });

  test("auto takes the first that works but no GPU in software, and says why not those before it", async () => {
    const choice = await useBackend("auto", { wasmPath });
    const first = inNode ? "native" : "wasm";
    expect(choice.name).toBe(first);
    expect(getBackend()).toBe(first);
    const before = backendNames.slice(0, backendNames.indexOf(first));
    expect(choice.passedOver.map(({ name }) => name)).toEqual(before);
    for (const { available, reason } of choice.passedOver) {
      expect(available).toBe(false);
      expect(reason).toMatch(
        /not installed; npm install @tensorflow\/tfjs-node|finds no GPU|a GPU in software, slower/,
      );
    }
  });

  test("may be called again, with options that came too late", async () => {
    await useBackend("wasm", { wasmPath });
    await useBackend("cpu");
    expect(await useBackend("wasm", { wasmPath, threads: 1 })).toMatchObject({ name: "wasm", available: true });
    expect(getBackend()).toBe("wasm");
  });

  test("suggests the nearest name", async () => {
    expect(await failure(useBackend("wsam" as BackendName))).toBe(
      `useBackend: expected one of auto, ${backendNames.join(", ")}, got "wsam"; did you mean wasm?`,
    );
  });

  test("refuses a precision that the backend lacks, and leaves the backend that runs", async () => {
    expect(await failure(useBackend("cpu", { precision: "bf16" }))).toBe(
      'useBackend: expected backend "cpu" with bf16, got none that works\n  cpu: it computes in f32, not in bf16; ask for f32',
    );
    expect(getBackend()).toBe(inject("backend"));
  });

  test("auto passes over backends that lack the precision, with each one's reason", async () => {
    const message = await failure(useBackend("auto", { precision: "f16" }));
    expect(message.split("\n")).toHaveLength(1 + backendNames.length);
    expect(message).toContain("wasm: it computes in f32, not in f16");
    expect(message).toContain("cpu: it computes in f32, not in f16");
  });
});

describe("listBackends", () => {
  test("reports every backend of the platform and sets none up", async () => {
    const running = getBackend();
    const tensors = memory().numTensors;
    const reports = await listBackends();
    expect(reports.map(({ name }) => name)).toEqual(backendNames);
    expect(backendNames).toEqual(
      inNode ? ["cuda", "webgpu", "native", "tensorflow", "wasm", "cpu"] : ["webgpu", "webgl", "wasm", "cpu"],
    );
    for (const { available, reason, device, precisions } of reports) {
      expect(reason === "").toBe(available);
      expect(device !== "").toBe(available);
      expect(precisions[0]).toBe(available ? "f32" : undefined);
    }
    expect(getBackend()).toBe(running);
    expect(memory().numTensors).toBe(tensors);
  });
});
