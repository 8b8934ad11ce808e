import { coreOpCases, opSuite } from "@tessera/testing";
import { expect, test } from "vitest";
import { ops } from "./ops.ts";

test("gradients are ops as well, and no name is taken twice", () => {
  const names = ops.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(ops.flatMap(({ gradients }) => gradients.map(({ name }) => name))));
});

opSuite(ops, coreOpCases);
