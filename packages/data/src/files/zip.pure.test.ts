import { FormatError } from "@tessera/core";
import { expect, test } from "vitest";
import { type Member, zipOf } from "../__fixtures__/archives.ts";
import { crc32 } from "../png/crc32.ts";
import { readStored } from "./stored-file.ts";
import { listZip } from "./zip.ts";

const noise = Uint8Array.from({ length: 5000 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
const zeros = new Uint8Array(100_000);
const stored: Member = { path: "a/noise.jpg", bytes: noise };
const deflated: Member = { path: "ä/zeros.jpg", bytes: zeros, deflate: true };

/** The checksum of each member. */
async function contents(zip: Uint8Array): Promise<Record<string, number>> {
  const { files } = await listZip(new Blob([zip as BlobPart]));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file.path, crc32(await readStored(file))] as const)),
  );
}

test.each([{ zip64: false }, { zip64: true }])("reads members where they lie, $zip64", async (options) => {
  const folder = { path: "empty/", bytes: new Uint8Array() };
  const hidden = { path: "__MACOSX/a/._noise.jpg", bytes: noise };
  const zip = await zipOf([folder, stored, hidden, deflated], options);
  expect(await contents(zip)).toEqual({ "a/noise.jpg": crc32(noise), "ä/zeros.jpg": crc32(zeros) });
  expect((await listZip(zip)).folders).toEqual(["empty"]);
});

const bad: [string, () => Promise<Uint8Array>, RegExp][] = [
  ["no archive", async () => noise, /expected a zip archive's directory at its end, got none/],
  ["nothing", async () => new Uint8Array(), /got none/],
  ["a password", () => zipOf([{ ...stored, claim: { flags: 1 } }]), /got a\/noise.jpg encrypted/],
  ["an unknown compression", () => zipOf([{ ...stored, claim: { method: 14 } }]), /got compression method 14/],
  ["another size than was packed", () => zipOf([{ ...stored, claim: { size: 6000 } }]), /got a damaged one/],
  ["a size past what deflate reaches", () => zipOf([{ ...deflated, claim: { size: 1e9 } }]), /got a damaged one/],
  [
    "more than is stated",
    () => zipOf([{ ...deflated, claim: { size: 99_999 } }]),
    /expected the member ä\/zeros.jpg, got a damaged one/,
  ],
  [
    "less than is stated",
    () => zipOf([{ ...deflated, claim: { size: 100_001 } }]),
    /got one of 100000 bytes, not 100001/,
  ],
  ["a member elsewhere", () => zipOf([stored, { ...stored, claim: { start: 3 } }]), /got something else/],
  ["a member past the end", () => zipOf([{ ...stored, claim: { start: 1e6 } }]), /cut short/],
];

test.each(bad)("refuses %s", async (_, make, message) => {
  const error = await contents(await make()).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(message);
});

test("a cut archive is refused wherever it is cut", async () => {
  const zip = await zipOf([{ path: "a", bytes: noise.slice(0, 50) }, deflated]);
  for (let length = 0; length < zip.length; length++) {
    await expect(contents(zip.subarray(0, length))).rejects.toThrow(FormatError);
  }
});
