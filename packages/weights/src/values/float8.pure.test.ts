import { expect, test } from "vitest";
import { type Float8, float8Codes, float8Values, widenFloat8 } from "./float8.ts";

// torch 2.13: torch.tensor([...], dtype=torch.uint8).view(torch.float8_…).float()
const reference: [Float8, number[], number[]][] = [
  [
    "F8_E5M2",
    [0x00, 0x80, 0x01, 0x04, 0x3c, 0x7b, 0x7c, 0xfc, 0x7e],
    [0, -0, 2 ** -16, 2 ** -14, 1, 57344, Infinity, -Infinity, NaN],
  ],
  ["F8_E4M3", [0x00, 0x80, 0x01, 0x08, 0x38, 0x7e, 0x7f, 0xfe], [0, -0, 2 ** -9, 2 ** -6, 1, 448, NaN, -448]],
  ["F8_E4M3FNUZ", [0x00, 0x80, 0x01, 0x08, 0x40, 0x7f, 0xff], [0, NaN, 2 ** -10, 2 ** -7, 1, 240, -240]],
  ["F8_E5M2FNUZ", [0x00, 0x80, 0x01, 0x04, 0x40, 0x7f, 0xff], [0, NaN, 2 ** -17, 2 ** -15, 1, 57344, -57344]],
  ["F8_E8M0", [0x00, 0x7f, 0x80, 0xfe, 0xff], [2 ** -127, 1, 2, 2 ** 127, NaN]],
];

test.each(reference)("%s has the reference's values", (dtype, codes, values) => {
  expect([...widenFloat8(Uint8Array.from(codes), dtype)]).toEqual(values);
});

test.each(reference)("%s values find their codes again", (dtype) => {
  const values = float8Values(dtype);
  expect(widenFloat8(float8Codes(values, dtype)!, dtype)).toEqual(values);
  expect(float8Codes(Float32Array.of(1.01), dtype)).toBeUndefined();
});
