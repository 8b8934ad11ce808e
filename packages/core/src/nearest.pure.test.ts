import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const names = ["vit_tiny_patch16_224", "vit_small_patch16_224", "deit_tiny_patch16_224"];

test("gives the closest names first, whatever their case", () => {
  expect(nearest("VIT_TINY_patch16", names)).toEqual(["vit_tiny_patch16_224"]);
  expect(nearest("deit_tiny_patch16_22", names, 2)).toEqual(["deit_tiny_patch16_224", "vit_tiny_patch16_224"]);
  expect(nearest("x", [])).toEqual([]);
});

test("leaves the list as it was", () => {
  const given = [...names];
  nearest("deit", given);
  expect(given).toEqual(names);
});
