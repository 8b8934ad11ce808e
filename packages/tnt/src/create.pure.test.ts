import { TesseraError } from "@tessera/core";
import { expect, test } from "vitest";
import { createTnt, isTntName } from "./create.ts";

test("makes a variant, with overrides, and nothing of the table that is no config", () => {
  const model = createTnt("tnt_s_legacy_patch16_224", { classes: 5, imageSize: 64 });
  expect(model.config).toEqual({
    imageSize: 64,
    patchSize: 16,
    width: 384,
    innerWidth: 24,
    depth: 12,
    heads: 6,
    innerHeads: 4,
    mlpDim: 1536,
    classes: 5,
    legacy: true,
  });
});

test("a misspelt name gets the nearest", () => {
  const create = () => createTnt("tnt_b_patch_224");
  expect(create).toThrow(TesseraError);
  expect(create).toThrow('createTnt: expected a variant, got "tnt_b_patch_224"; did you mean tnt_b_patch16_224?');
  expect(() => createTnt("toString")).toThrow("expected a variant");
});

test("knows its names", () => {
  expect(isTntName("tnt_s_patch16_224")).toBe(true);
  expect(isTntName("constructor")).toBe(false);
});
