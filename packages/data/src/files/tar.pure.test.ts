import { FormatError } from "@tessera/core";
import { expect, test } from "vitest";
import { tarOf } from "../__fixtures__/archives.ts";
import { crc32 } from "../png/crc32.ts";
import { readStored } from "./stored-file.ts";
import { isTar, listTar } from "./tar.ts";

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => i % 251);
const long = `${"folder".repeat(20)}/picture.jpg`;
const members = [
  { path: "cat/", bytes: bytes(0) },
  { path: "./cat/1.jpg", bytes: bytes(700) },
  { path: long, bytes: bytes(512) },
  { path: "cat/1.cls", bytes: bytes(3) },
  { path: "large.jpg", bytes: bytes(2 ** 20 + 5) },
  { path: "last.jpg", bytes: bytes(1) },
];

test.each(["pax", "gnu", "ustar"] as const)("reads members where they lie, long paths by %s", async (kind) => {
  const tar = tarOf(members, { long: kind });
  expect(isTar(tar)).toBe(true);
  const { files, folders } = await listTar(new Blob([tar as BlobPart]));
  expect(folders).toEqual(["cat"]);
  const wanted = members.slice(1).map(({ path, bytes: held }) => [path.replace("./", ""), held.length, crc32(held)]);
  const got: unknown[] = [];
  for (const file of files) {
    const held = await readStored(file);
    got.push([file.path, held.length, crc32(held)]);
  }
  expect(got).toEqual(wanted);
});

test("refuses damaged and cut archives", async () => {
  const tar = tarOf(members);
  const flipped = tar.slice();
  flipped[512]! ^= 1;
  await expect(listTar(flipped)).rejects.toThrow(
    new FormatError(
      "the bytes given: expected a tar header at byte 512, got none; the archive is damaged, fetch it again",
    ),
  );
  await expect(listTar(tar.subarray(0, 1100))).rejects.toThrow(
    /expected 700 bytes from byte 1024 on, got the archive's end/,
  );
  expect(isTar(bytes(600))).toBe(false);
  expect(isTar(new Uint8Array(600))).toBe(false);
});
