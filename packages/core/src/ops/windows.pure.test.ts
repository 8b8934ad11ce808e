// Masks and tables of larger maps, against timm's: packages/swin/src/geometry.test.ts.
import { describe, expect, test } from "vitest";
import { type Windows, isWhole, placesInWindows, shiftMask, tokensInWindows } from "./windows.ts";

const map: Windows = { grid: [4, 4], window: [2, 2], shift: [0, 0], padFirst: false };

test("windows stand row by row, and tokens in them too", () => {
  expect([...tokensInWindows(map)]).toEqual([0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]);
});

test("a shift moves the map up and to the left, around its border", () => {
  const tokens = [...tokensInWindows({ ...map, shift: [1, 1] })];
  expect(tokens).toEqual([5, 6, 9, 10, 7, 4, 11, 8, 13, 14, 1, 2, 15, 12, 3, 0]);
});

test("each token of the map has its place, also where windows are padded", () => {
  for (const windows of [map, { ...map, shift: [1, 1] as const }, { ...map, grid: [3, 5] as const, padFirst: true }]) {
    const tokens = tokensInWindows(windows);
    const places = [...placesInWindows(windows)];
    expect(places.map((place) => tokens[place])).toEqual([...places.keys()]);
  }
});

test("what a shift brought together is masked", () => {
  const mask = shiftMask({ ...map, shift: [1, 1] }, -100);
  const rows = Array.from({ length: 16 }, (_, row) => Array.from(mask.subarray(4 * row, 4 * row + 4)));
  expect(
    rows
      .slice(0, 4)
      .flat()
      .every((value) => value === 0),
  ).toBe(true);
  expect(rows.slice(4, 8)).toEqual([[0, -100, 0, -100], [-100, 0, -100, 0], [0, -100, 0, -100], [-100, 0, -100, 0]]); // prettier-ignore
  expect(rows.slice(8, 12)).toEqual([[0, 0, -100, -100], [0, 0, -100, -100], [-100, -100, 0, 0], [-100, -100, 0, 0]]); // prettier-ignore
  expect(rows.slice(12)).toEqual([[0, -100, -100, -100], [-100, 0, -100, -100], [-100, -100, 0, -100], [-100, -100, -100, 0]]); // prettier-ignore
});

describe("a map of no whole windows", () => {
  const padded: Windows = { grid: [3, 2], window: [2, 2], shift: [1, 0], padFirst: false };

  test("is padded after the shift, or before it", () => {
    expect([...tokensInWindows(padded)]).toEqual([2, 3, 4, 5, 0, 1, -1, -1]);
    expect([...tokensInWindows({ ...padded, padFirst: true })]).toEqual([2, 3, 4, 5, -1, -1, 0, 1]);
    expect([isWhole(padded), isWhole(map)]).toEqual([false, true]);
  });

  test("has every token once, however it is cut", () => {
    for (const padFirst of [false, true]) {
      for (const grid of [[5, 7], [1, 1], [9, 4], [3, 11]] as const) {
        for (const shift of [[0, 0], [2, 2], [0, 3], [1, 2]] as const) {
          const tokens = [...tokensInWindows({ grid, window: [4, 5], shift, padFirst })].filter((token) => token >= 0);
          const all = Array.from({ length: grid[0] * grid[1] }, (_, token) => token);
          expect(tokens.sort((a, b) => a - b)).toEqual(all);
        }
      }
    } // prettier-ignore
  });
});
