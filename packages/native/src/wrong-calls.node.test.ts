import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadAddon } from "./addon.node.ts";

test.each([
  ["Release/tessera.node", loadAddon().info()[3][0]!],
  ["Release/tessera_emulated.node", "amx-emulated"],
])(
  "no call of %s, %s, can crash the process, and arrays of another length are always refused",
  (...module) => {
    const script = fileURLToPath(new URL("__fixtures__/wrong-calls.mjs", import.meta.url));
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [script, ...module], { encoding: "utf8" });
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
    const { calls, refused, wrong } = JSON.parse(stdout) as { calls: number; refused: number; wrong: string[] };
    expect(wrong).toEqual([]);
    expect(calls).toBeGreaterThan(70_000);
    expect(refused).toBeLessThan(0.95 * calls);
  },
  60_000,
);
