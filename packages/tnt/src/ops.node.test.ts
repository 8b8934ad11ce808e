import { readFileSync } from "node:fs";
import { wrongRows } from "@tessera/testing";
import { expect, test } from "vitest";
import { tntOps } from "./ops.ts";

test("TNT's ops are in the table of the docs", () => {
  const page = readFileSync(new URL("../../../docs/architecture.md", import.meta.url), "utf8");
  expect(wrongRows(page, tntOps)).toEqual([]);
});
