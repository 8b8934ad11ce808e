import { expect, test } from "vitest";
import { seenPart } from "./seen-part.ts";

const size = [224, 224] as const;

test("a crop is a part of the picture, in the picture's own pixels", () => {
  const resize = { rule: "short-side", pixels: 256 } as const;
  const part = seenPart({ width: 1024, height: 512 }, { size, resize, centre: "round" });
  expect(part).toEqual({ left: 288, top: 32, width: 448, height: 448 });
});

test("a squashed picture is seen whole", () => {
  const resize = { rule: "squash", height: 224, width: 224 } as const;
  const part = seenPart({ width: 1000, height: 30 }, { size, resize, centre: "floor" });
  expect(part.left).toBe(0);
  expect(part.width).toBeCloseTo(1000, 9);
  expect(part.height).toBeCloseTo(30, 9);
});

test("padding lies beyond the picture", () => {
  const resize = { rule: "none" } as const;
  expect(seenPart({ width: 200, height: 300 }, { size, resize, centre: "round" })).toEqual({
    left: -12,
    top: 38,
    width: 224,
    height: 224,
  });
});
