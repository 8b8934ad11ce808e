import { TesseraError } from "@tessera/core";
import { expect, test } from "vitest";
import { createVit, isVitName } from "./create.ts";

test("makes a variant, with overrides, and nothing of the table that is no config", () => {
  const model = createVit("deit3_small_patch16_224", { classes: 5, imageSize: 64 });
  expect(model.config).toEqual({
    imageSize: 64,
    patchSize: 16,
    width: 384,
    depth: 12,
    heads: 6,
    mlpDim: 1536,
    classes: 5,
    layerScale: 1e-4,
    positionOnPrefix: false,
  });
});

test("a misspelt name gets the nearest", () => {
  const create = () => createVit("vit_tiny_patch_224");
  expect(create).toThrow(TesseraError);
  expect(create).toThrow('createVit: expected a variant, got "vit_tiny_patch_224"; did you mean vit_tiny_patch16_224?');
  expect(() => createVit("toString")).toThrow("expected a variant");
  expect(() => createVit("vit_tiny_patch16_224", { clases: 5 } as object)).toThrow(
    'createVit: expected a known option, got "clases"; did you mean classes?',
  );
});

test("plain JavaScript gets the same errors", () => {
  const create = createVit as (...args: unknown[]) => unknown;
  expect(() => create()).toThrow("createVit: expected a variant, got nothing; did you mean ");
  expect(() => create(5)).toThrow("createVit: expected a variant, got 5; did you mean ");
  expect(() => create("vit_tiny_patch16_224", null)).toThrow("createVit: expected options as an object, got null");
});

test("knows its names", () => {
  expect(isVitName("flexivit_base")).toBe(true);
  expect(isVitName("constructor")).toBe(false);
});
