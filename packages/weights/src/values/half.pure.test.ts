import * as fc from "fast-check";
import { expect, test } from "vitest";
import { narrowBf16, narrowF16, widenBf16, widenF16 } from "./half.ts";

const all = Uint16Array.from({ length: 65536 }, (_, code) => code);
const one = (x: number): number => narrowF16(Float32Array.of(x))[0]!;

test("widens each kind of half, and every one survives the way back, bit by bit", () => {
  // values from IEEE 754-2019, table 3.5 and numpy.array([...], "u2").view("f2")
  const codes = Uint16Array.of(
    0x0000,
    0x8000,
    0x0001,
    0x03ff,
    0x0400,
    0x3c00,
    0xc000,
    0x7bff,
    0x7c00,
    0xfc00,
    0x7e00,
    0x3555,
  );
  const values = [0, -0, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 1, -2, 65504, Infinity, -Infinity, NaN, 0.333251953125];
  expect([...widenF16(codes)]).toEqual(values);
  expect(narrowF16(widenF16(all))).toEqual(all);
});

test("widens each kind of bfloat16, and every one survives the way back, bit by bit", () => {
  const codes = Uint16Array.of(0x0000, 0x8000, 0x0001, 0x3f80, 0xc049, 0x7f7f, 0x7f80, 0xff80, 0x7fc0);
  const values = [0, -0, 2 ** -133, 1, -3.140625, 3.3895313892515355e38, Infinity, -Infinity, NaN];
  expect([...widenBf16(codes)]).toEqual(values);
  expect(narrowBf16(widenBf16(all))).toEqual(all);
});

test("rounds to nearest, ties to even", () => {
  expect(one(1 + 2 ** -11)).toBe(0x3c00); // halfway to the odd neighbour
  expect(one(1 + 3 * 2 ** -11)).toBe(0x3c02);
  expect(one(1 + 2 ** -11 + 2 ** -20)).toBe(0x3c01);
  expect(one(65519.99)).toBe(0x7bff);
  expect(one(65520)).toBe(0x7c00);
  expect(one(2 ** -25)).toBe(0);
  expect(one(2 ** -25 * 1.001)).toBe(1);
  expect(one(-3 * 2 ** -25)).toBe(0x8002);
  expect([...narrowBf16(Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4e38))]).toEqual([0x3f80, 0x3f82, 0x7f80]);
});

test("rounds doubles once, not by way of float32", () => {
  const x = 1 + 2 ** -11 + 2 ** -40; // float32 drops the last bit and makes it a tie
  expect(narrowF16(Float64Array.of(x, -x, 1 + 2 ** -11, 2 ** -24 * 1.5 - 2 ** -70))).toEqual(
    Uint16Array.of(0x3c01, 0xbc01, 0x3c00, 1),
  );
  expect(narrowBf16(Float64Array.of(1 + 2 ** -8 + 2 ** -50, Infinity, NaN, 1e300))).toEqual(
    Uint16Array.of(0x3f81, 0x7f80, 0x7fc0, 0x7f80),
  );
});

test("no half lies nearer than the one chosen", () => {
  const values = widenF16(all.subarray(0, 0x7c00));
  fc.assert(
    fc.property(fc.float({ min: 0, max: 65504, noNaN: true }), (x) => {
      const code = one(x) & 0x7fff;
      const error = Math.abs(values[code]! - x);
      expect(error).toBeLessThanOrEqual(Math.abs(values[Math.max(0, code - 1)]! - x));
      expect(error).toBeLessThanOrEqual(Math.abs(values[Math.min(0x7bff, code + 1)]! - x));
    }),
  );
});
