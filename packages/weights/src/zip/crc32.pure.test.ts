import { expect, test } from "vitest";
import { crc32 } from "./crc32.ts";

test("has the check value of CRC-32/ISO-HDLC, in one part and in two", () => {
  const bytes = new TextEncoder().encode("123456789");
  expect(crc32(bytes)).toBe(0xcbf43926);
  expect(crc32(bytes.subarray(3), crc32(bytes.subarray(0, 3)))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});
