import { engine, getBackend, memory, setBackend } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { listBackends, useBackend } from "../index.ts";
import type { TensorFlowBackend } from "./library.ts";

test("tells the library's version and its precisions", async () => {
  const { binding, isUsingGpuDevice } = engine().backend as unknown as TensorFlowBackend;
  const choice = await useBackend("tensorflow");
  expect(choice.device).toMatch(new RegExp(`^TensorFlow ${binding.TF_Version}, \\d+ threads$`));
  expect(choice.precisions).toEqual(["f32", "bf16"]);
  expect(isUsingGpuDevice).toBe(false);
  await expect(useBackend("tensorflow", { precision: "f16" })).rejects.toThrow(
    "tensorflow: on CPUs TensorFlow multiplies f16 no faster than f32; ask for f32, bf16",
  );
});

test("being asked leaves the backend that runs, and no tensors", async () => {
  await import("@tensorflow/tfjs-backend-cpu");
  await setBackend("cpu");
  const { numTensors } = memory();
  const { binding } = engine().findBackend("tensorflow") as unknown as TensorFlowBackend;
  await listBackends();
  const inTensorFlow = binding.getNumOfTensors();
  await listBackends();
  expect(binding.getNumOfTensors()).toBe(inTensorFlow);
  expect(memory().numTensors).toBe(numTensors);
  expect(getBackend()).toBe("cpu");
  await useBackend("tensorflow");
});
