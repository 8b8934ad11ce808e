import { Random, ShapeError, TesseraError } from "@tessera/core";
import { readGoldens } from "@tessera/testing";
import { expect, test } from "vitest";
import { hiddenPatches, maskingByNoise, maskingOf, randomMasking } from "./masking.ts";

const goldens = await readGoldens(new URL("./__fixtures__/mae_ratio90.safetensors", import.meta.url));

test("a ratio leaves as many patches as in the official code, which rounds in doubles: nine of a hundred at 0.9", () => {
  const { data, shape } = goldens.get("noise");
  const masking = maskingByNoise(data, shape[1]!, 0.9);
  expect(masking.seen).toBe(9);
  expect([...hiddenPatches(masking)]).toEqual([...goldens.get("mask").data]);
});

test("the same seed hides the same patches, another others, each once", () => {
  const draw = (seed: number) => randomMasking(3, 16, 0.75, new Random(seed));
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  for (let picture = 0; picture < 3; picture++)
    expect(new Set(draw(1).kept.subarray(picture * 4, picture * 4 + 4)).size).toBe(4);
});

test("marked patches are hidden", () => {
  const masking = maskingOf([false, true, true, false]);
  expect([...masking.kept]).toEqual([0, 3]);
  expect([...hiddenPatches(masking)]).toEqual([0, 1, 1, 0]);
  expect(hiddenPatches(maskingOf([1, 1]))).toEqual(Float32Array.of(1, 1));
  expect(hiddenPatches(maskingOf([0, 0]))).toEqual(Float32Array.of(0, 0));
});

test("what cannot be is refused", () => {
  for (const ratio of [1, 0.99, -0.1, Number.NaN])
    expect(() => maskingByNoise([0, 1, 2], 3, ratio)).toThrow(TesseraError);
  expect(() => maskingByNoise([0, 1, 2], 2, 0.5)).toThrow(ShapeError);
});
