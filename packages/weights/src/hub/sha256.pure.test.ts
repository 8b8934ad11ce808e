import { expect, test } from "vitest";
import { sha256 } from "./sha256.ts";

function hash(bytes: Uint8Array, step = bytes.length || 1): string {
  const { update, hex } = sha256();
  for (let at = 0; at < bytes.length; at += step) update(bytes.subarray(at, at + step));
  return hex();
}

test("gives the hashes of FIPS 180-4's examples", () => {
  const text = (words: string): Uint8Array => new TextEncoder().encode(words);
  expect(hash(text(""))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(hash(text("abc"))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(hash(text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))).toBe(
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
  expect(hash(new Uint8Array(1_000_000).fill(97), 8191)).toBe(
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
  );
});

test("gives the platform's hash for every length around a block, in any pieces", async () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 2654435761) >>> 24);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const wanted = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    expect([hash(bytes), hash(bytes, 7), hash(bytes, 64)]).toEqual([wanted, wanted, wanted]);
  }
});
