import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { headersFile, headersOf } from "../build/headers.node.ts";

test("the README shows the headers that the site is tested with", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  for (const path of ["/", "/assets/worker.js"]) {
    for (const [name, value] of Object.entries(headersOf(path))) {
      if (name === "Permissions-Policy") continue;
      expect(readme).toContain(/[ ;]/.test(value) ? `add_header ${name} "${value}"` : `add_header ${name} ${value};`);
    }
  }
});

test("no path has a header twice, which hosts would join", () => {
  const [everywhere, ...others] = headersFile().split("\n\n");
  const names = (rule: string) => [...rule.matchAll(/^ {2}([\w-]+):/gm)].map(([, name]) => name);
  expect(names(everywhere!)).toContain("Cross-Origin-Opener-Policy");
  expect(others.flatMap(names).filter((name) => names(everywhere!).includes(name))).toEqual([]);
});
