import { expect, test } from "vitest";
import { placement, roundHalfEven } from "./placement.ts";

test("roundHalfEven rounds as Python's round", () => {
  const values = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4999, 2.5001, 7];
  expect(values.map((value) => roundHalfEven(value) + 0)).toEqual([-2, -2, 0, 0, 2, 2, 2, 3, 7]);
});

test("the shorter side is exact, the longer one is cut to a whole number", () => {
  const size = (width: number, height: number) =>
    placement({ width, height }, { width: 1, height: 1 }, { rule: "short-side", pixels: 248 }, "round").resized;
  expect(size(640, 480)).toEqual({ width: 330, height: 248 });
  expect(size(480, 640)).toEqual({ width: 248, height: 330 });
  expect(size(1, 30_000)).toEqual({ width: 248, height: 7_440_000 });
});

test("half a pixel of margin goes to the even side, or up and left", () => {
  const left = (width: number, crop: number, centre: "round" | "floor") =>
    placement({ width, height: 1 }, { width: crop, height: 1 }, { rule: "none" }, centre).left;
  expect([left(11, 8, "round"), left(13, 8, "round")]).toEqual([2, 2]);
  expect([left(11, 8, "floor"), left(13, 8, "floor")]).toEqual([1, 2]);
});

test("a smaller picture is padded, with the odd pixel after it or before", () => {
  const top = (centre: "round" | "floor") =>
    placement({ width: 1, height: 5 }, { width: 1, height: 8 }, { rule: "none" }, centre).top;
  expect([top("round"), top("floor")]).toEqual([-1, -2]);
});

test("a picture too long to keep its proportion keeps one pixel", () => {
  const rule = { rule: "contain", width: 32, height: 32 } as const;
  expect(placement({ width: 1, height: 1000 }, rule, rule, "round")).toEqual({
    resized: { width: 1, height: 32 },
    left: -15,
    top: 0,
  });
});
