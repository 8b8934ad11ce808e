import { expect, test } from "vitest";
import * as backends from "./index.ts";

test("exports these and nothing else", () => {
  expect(Object.keys(backends).sort()).toEqual(["backendNames", "currentBackend", "listBackends", "useBackend"]);
});
