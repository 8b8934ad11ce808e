import { expect, test } from "vitest";
import { Fingerprint } from "./fingerprint.ts";

function fingerprintOf(...parts: (number | ArrayBuffer | ArrayBufferView)[]): number {
  const fingerprint = new Fingerprint();
  for (const part of parts) {
    if (typeof part === "number") fingerprint.number(part);
    else fingerprint.bytes(part);
  }
  return fingerprint.value;
}

test("is that of MurmurHash3, whose length is counted at the end", () => {
  // Of the words 1 and 2 with seed 0 and no length, by the published algorithm written down in Python.
  expect(fingerprintOf(1, 2)).toBe(374_989_641);
  expect(fingerprintOf(new Uint8Array([1, 2, 3, 4]))).toBe(fingerprintOf(0x04030201, 4));
});

test("differs in one bit anywhere, in order, in length and in a view's place", () => {
  const values = new Float32Array(64).fill(2);
  const seen = new Set([fingerprintOf(values)]);
  for (let at = 0; at < 64; at++) seen.add(fingerprintOf(values.map((value, i) => (i === at ? 0 : value))));
  for (let bit = 0; bit < 32; bit++) seen.add(fingerprintOf(1 << bit, 0));
  for (let bit = 0; bit < 32; bit++) seen.add(fingerprintOf(0, 1 << bit));
  seen.add(fingerprintOf(values.subarray(1)));
  seen.add(fingerprintOf(new Uint8Array(values.buffer, 0, 7)));
  expect(seen.size).toBe(1 + 64 + 64 + 2);
});

test("masks of zeros and twos do not cancel out", () => {
  const seen = new Set<number>();
  for (let mask = 0; mask < 4096; mask++) {
    seen.add(fingerprintOf(Float32Array.from({ length: 12 }, (_, i) => ((mask >> i) & 1) * 2)));
  }
  expect(seen.size).toBe(4096);
});
