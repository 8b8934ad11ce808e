import { expect, test } from "vitest";
import { restoreUtil } from "./load.node.ts";

test("gives back the function that Node 23 took away, and replaces the one that Node 22 warns of", () => {
  const none: { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean } = {};
  restoreUtil(none);
  expect([undefined, null, 0, ""].map((value) => none.isNullOrUndefined!(value))).toEqual([true, true, false, false]);
  expect([[], {}].map((value) => none.isArray!(value))).toEqual([true, false]);
  const own = () => true;
  const old = { isNullOrUndefined: own };
  restoreUtil(old);
  expect(old.isNullOrUndefined).toBe(own);
});
