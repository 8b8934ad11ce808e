import { expect, test } from "vitest";
import { restoreUtil } from "./load.node.ts";

test("gives back the functions that Node 23 took away, and leaves others alone", () => {
  const own = () => true;
  const old: { isNullOrUndefined?: (value: unknown) => boolean; isArray?: unknown } = { isArray: own };
  restoreUtil(old);
  expect([undefined, null, 0, ""].map((value) => old.isNullOrUndefined!(value))).toEqual([true, true, false, false]);
  expect(old.isArray).toBe(own);
});
