import { readFileSync } from "node:fs";
import { wrongRows } from "@tessera/testing";
import { expect, test } from "vitest";
import { ops } from "./ops.ts";

test("the table of ops in the docs is complete and true", () => {
  const page = readFileSync(new URL("../../../../docs/architecture.md", import.meta.url), "utf8");
  expect(wrongRows(page, ops)).toEqual([]);
});
