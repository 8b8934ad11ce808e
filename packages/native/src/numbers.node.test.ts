import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

test("the numbers of ops are those of the addon", () => {
  const folder = mkdtempSync(join(tmpdir(), "tessera-numbers-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const made = join(folder, "numbers.ts");
  execFileSync(process.execPath, [file("../scripts/numbers.mjs"), made]);
  expect(readFileSync(file("numbers.ts"), "utf8")).toBe(readFileSync(made, "utf8"));
});
