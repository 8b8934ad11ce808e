import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { gpuModel, missingCuda } from "./nvidia.node.ts";

const folder = mkdtempSync(join(tmpdir(), "tessera-nvidia-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("names what of CUDA is missing, and the version that is there instead", () => {
  expect(missingCuda([])).toBe("libcudart.so.11.0, libcublas.so.11, libcudnn.so.8");
  writeFileSync(join(folder, "libcudart.so.12"), "");
  writeFileSync(join(folder, "libcudnn.so.8"), "");
  expect(missingCuda([folder, join(folder, "none")])).toBe(
    "libcudart.so.11.0 (there is libcudart.so.12), libcublas.so.11",
  );
  writeFileSync(join(folder, "libcudart.so.11.0"), "");
  writeFileSync(join(folder, "libcublas.so.11"), "");
  expect(missingCuda([folder])).toBe("");
});

test("reads the GPU's name from what the driver writes", () => {
  const gpus = join(folder, "gpus");
  expect(gpuModel(gpus)).toBeUndefined();
  mkdirSync(join(gpus, "0000:01:00.0"), { recursive: true });
  writeFileSync(join(gpus, "0000:01:00.0", "information"), "Model: \t\t NVIDIA L4\nIRQ:   29\n");
  expect(gpuModel(gpus)).toBe("NVIDIA L4");
});
