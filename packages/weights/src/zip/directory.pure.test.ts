import { FormatError } from "@tessera/core";
import { expect, test } from "vitest";
import { type BuildMember, buildZip } from "../__fixtures__/build-zip.ts";
import { bufferSource } from "../source/byte-source.ts";
import { readDirectory } from "./directory.ts";
import { readMember, readStart } from "./member.ts";

const noise = Uint8Array.from({ length: 5000 }, (_, i) => (i * 2654435761) >>> 24);
const zeros = new Uint8Array(100_000);
const stored: BuildMember = { name: "a/noise", bytes: noise };
const deflated: BuildMember = { name: "zeros", bytes: zeros, deflate: true };

async function readAll(zip: Uint8Array): Promise<Record<string, Uint8Array>> {
  const source = bufferSource(zip);
  const members = await readDirectory(source);
  const out: Record<string, Uint8Array> = {};
  for (const member of members.values()) out[member.name] = await readMember(source, member);
  return out;
}

test.each([{ zip64: false }, { zip64: true }])("reads stored and deflated members, $zip64", async (options) => {
  const zip = await buildZip([stored, deflated, { name: "empty", bytes: new Uint8Array() }], options);
  expect(await readAll(zip)).toEqual({ "a/noise": noise, zeros, empty: new Uint8Array() });
  const source = bufferSource(zip);
  const members = await readDirectory(source);
  expect(await readStart(source, members.get("a/noise")!, 10)).toEqual(noise.slice(0, 10));
  expect(await readStart(source, members.get("zeros")!, 10)).toEqual(zeros.slice(0, 10));
});

test("reads an archive with a comment", async () => {
  const zip = await buildZip([stored]);
  const commented = new Uint8Array([...zip, 1, 2, 3]);
  commented[zip.length - 2] = 3;
  expect(await readAll(commented)).toEqual({ "a/noise": noise });
});

const bad: [string, () => Promise<Uint8Array>, RegExp][] = [
  ["no archive", async () => noise, /expected a zip archive's directory at the end, got none/],
  ["nothing", async () => new Uint8Array(), /got none/],
  ["a member twice", () => buildZip([stored, stored]), /got a\/noise twice/],
  ["a password", () => buildZip([{ ...stored, claim: { flags: 1 } }]), /got a\/noise encrypted/],
  ["an unknown compression", () => buildZip([{ ...stored, claim: { method: 14 } }]), /compression method 14/],
  [
    "members over each other",
    () => buildZip([stored, { ...stored, name: "b", claim: { start: 0 } }]),
    /over another; the file is damaged or a zip bomb/,
  ],
  [
    "a member past the directory",
    () => buildZip([{ ...stored, claim: { packed: 1e6, size: 1e6 } }]),
    /expected a\/noise before the directory/,
  ],
  [
    "a stored member of two sizes",
    () => buildZip([{ ...stored, claim: { size: 6000 } }]),
    /expected a\/noise to hold 6000 bytes, got 5000/,
  ],
  ["a size that deflate cannot reach", () => buildZip([{ ...deflated, claim: { size: 1e9 } }]), /zip bomb/],
  [
    "a member elsewhere",
    () => buildZip([stored, { ...stored, name: "b", claim: { start: 1e6 } }]),
    /before the directory/,
  ],
  [
    "another name in the member",
    () => buildZip([{ ...stored, claim: { localName: "b/noise" } }]),
    /expected a\/noise where the zip directory says/,
  ],
  ["a wrong checksum", () => buildZip([{ ...stored, claim: { crc32: 1 } }]), /expected a\/noise with checksum 1, got/],
  [
    "a deflated member that is longer than stated",
    () => buildZip([{ ...deflated, claim: { size: 99_999 } }]),
    /inflate to 99999 bytes, got more/,
  ],
  [
    "a deflated member that is shorter than stated",
    () => buildZip([{ ...deflated, claim: { size: 100_001 } }]),
    /inflate to 100001 bytes, got 100000/,
  ],
  [
    "a deflated member that is damaged",
    () => buildZip([{ ...stored, claim: { method: 8 } }]),
    /expected a\/noise to inflate to 5000 bytes, got/,
  ],
];

test.each(bad)("refuses %s", async (_, make, message) => {
  const error = await readAll(await make()).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(message);
});

test("refuses a bomb of many members before inflating any", async () => {
  const zip = await buildZip(
    Array.from({ length: 30 }, (_, i) => ({ name: `m${i}`, bytes: new Uint8Array(3e6), deflate: true })),
  );
  expect(zip.length).toBeLessThan(1e6);
  await expect(readDirectory(bufferSource(zip))).rejects.toThrow(/bytes that inflate to 90000000; it is a zip bomb/);
});

test.each([{ zip64: false }, { zip64: true }])(
  "a cut archive is refused wherever it is cut, $zip64",
  async (options) => {
    const zip = await buildZip(
      [
        { name: "a", bytes: noise.slice(0, 50) },
        { name: "b", bytes: zeros, deflate: true },
      ],
      options,
    );
    for (let length = 0; length < zip.length; length++) {
      await expect(readAll(zip.subarray(0, length))).rejects.toThrow(FormatError);
    }
  },
);

test("a flipped byte is refused or harmless", async () => {
  const bytes = noise.slice(0, 40);
  const zip = await buildZip([
    { name: "a", bytes },
    { name: "b", bytes, deflate: true },
  ]);
  for (let at = 0; at < zip.length; at++) {
    const damaged = zip.slice();
    damaged[at]! ^= 0x55;
    const result = await readAll(damaged).catch((error: unknown) => error);
    const fine =
      result instanceof FormatError || Object.values(result as object).every((got) => String(got) === String(bytes));
    expect(fine).toBe(true);
  }
});
