import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const built = fileURLToPath(new URL("../../../dist/index.js", import.meta.url));

/** Standard output of a process that has our built package as `backends` and tfjs as `tf`. */
function run(script: string, env: Record<string, string> = {}) {
  const imports = `import * as tf from "@tensorflow/tfjs-core"; import * as backends from ${JSON.stringify(built)};\n`;
  const { stdout, signal, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", imports + script], {
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    env: { ...process.env, ...env },
    encoding: "utf8",
    timeout: 20_000,
  });
  return { stdout: stdout.trim(), signal, status };
}

describe.skipIf(!existsSync(built))("WebGPU in Node", () => {
  test.skipIf(!process.env["VK_ICD_FILENAMES"])("computes, and lets the process end by itself", () => {
    const { stdout, signal, status } = run(`
      const { name, device } = await backends.useBackend("webgpu");
      console.log(name, device, await tf.add([1, 2], 1).data(), globalThis.navigator?.gpu);`);
    expect(stdout).toMatch(/^webgpu \S.* Float32Array\(2\) \[ 2, 3 \] undefined$/);
    expect({ signal, status }).toEqual({ signal: null, status: 0 });
  });

  test.runIf(process.platform === "linux")("says that there is no GPU, and what to do", () => {
    const { stdout } = run(
      `const report = (await backends.listBackends()).find(({ name }) => name === "webgpu"); console.log(report.available, report.reason);`,
      { VK_ICD_FILENAMES: "/nonexistent.json", VK_DRIVER_FILES: "/nonexistent.json" },
    );
    expect(stdout).toMatch(/^false Dawn finds no GPU; install its Vulkan driver/);
  });
});
