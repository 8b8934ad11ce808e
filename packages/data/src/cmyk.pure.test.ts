import { expect, test } from "vitest";
import { cmykToRgb } from "./cmyk.ts";

test("no ink is white, full black is black, and values are Pillow's", () => {
  const ink = Uint8Array.of(0, 0, 0, 0, 9, 99, 199, 255, 255, 0, 128, 0, 50, 100, 150, 60);
  expect([...cmykToRgb(ink)]).toEqual([255, 255, 255, 0, 0, 0, 0, 255, 127, 157, 119, 80]);
});
