import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MASKED_SCORE } from "@tessera/core";
import { expect, onTestFinished, test } from "vitest";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

test("the table of Gaussian tails is the one that its script makes", () => {
  const folder = mkdtempSync(join(tmpdir(), "tessera-tables-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const made = join(folder, "gaussian_table.h");
  execFileSync(process.execPath, [file("../scripts/gaussian-table.mjs"), made]);
  expect(readFileSync(file("../addon/kernels/gaussian_table.h"), "utf8")).toBe(readFileSync(made, "utf8"));
});

test("a masked score is core's", () => {
  const header = readFileSync(file("../addon/kernels/attention.h"), "utf8");
  expect(Number(/kMasked = (\S+)f;/.exec(header)?.[1])).toBe(MASKED_SCORE);
});
