import { spawnSync } from "node:child_process";
import { expect } from "vitest";

// In a process of its own with one device: Dawn does not bear vitest's threads, nor many instances one after the other.
const compileAll = `
  import { createRequire } from "node:module";
  import { readFileSync } from "node:fs";
  const { create, globals } = await import(createRequire(${JSON.stringify(import.meta.url)}).resolve("webgpu"));
  Object.assign(globalThis, globals);
  const gpu = create(["backend=null"]);
  const adapter = await gpu.requestAdapter();
  const device = await adapter.requestDevice({ requiredFeatures: ["shader-f16", "subgroups"] });
  const results = [];
  for (const code of JSON.parse(readFileSync(0, "utf8"))) {
    device.pushErrorScope("validation");
    const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
    await device.popErrorScope();
    results.push(messages.map(({ message }) => message));
  }
  process.stdout.write(JSON.stringify(results), () => process.exit(0));`;

/** What Dawn's compiler says of each text, with f16 and subgroups, whatever GPU there is. */
export function messagesOf(sources: readonly string[]): string[][] {
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", compileAll], {
    input: JSON.stringify(sources),
    encoding: "utf8",
    timeout: 60_000,
  });
  expect(stdout, stderr).not.toBe("");
  return JSON.parse(stdout) as string[][];
}
