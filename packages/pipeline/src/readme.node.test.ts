import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

test("what the README says first is a program for every Node that it names", async () => {
  const text = await readFile(new URL("../../../README.md", import.meta.url), "utf8");
  const [, first = ""] = /```ts\n([^]*?)```/.exec(text) ?? [];
  expect(first).toContain("imageClassifier");
  expect(first).not.toMatch(/^\s*(?:await )?using /m); // from Node 24 on
  execFileSync(process.execPath, ["--input-type=module", "--check", "-"], { input: first });
});
