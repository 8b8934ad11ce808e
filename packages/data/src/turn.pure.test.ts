import { readFixture } from "@tessera/testing";
import { expect, test } from "vitest";
import { turn } from "./turn.ts";
import { takeWebpOrientation } from "./webp-orientation.ts";

// A picture of one row: three pixels, by their red.
const row = { width: 3, height: 1, data: Uint8Array.of(1, 0, 0, 2, 0, 0, 3, 0, 0) };
const square = { width: 2, height: 2, data: Uint8Array.of(1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0) };

function reds(orientation: number, image = square): number[] {
  return Array.from(turn(image, orientation).data.filter((_, i) => i % 3 === 0));
}

test("turns and mirrors as EXIF numbers it", () => {
  // Pillow's transpose() of [[1, 2], [3, 4]] in ImageOps.exif_transpose.
  const wanted = [[1, 2, 3, 4], [2, 1, 4, 3], [4, 3, 2, 1], [3, 4, 1, 2], [1, 3, 2, 4], [3, 1, 4, 2], [4, 2, 3, 1], [2, 4, 1, 3]]; // prettier-ignore
  expect([1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => reds(orientation))).toEqual(wanted);
  expect(turn(row, 6)).toMatchObject({ width: 1, height: 3 });
  expect([reds(5, row), reds(8, row)]).toEqual([
    [1, 2, 3],
    [3, 2, 1],
  ]);
});

test("leaves a picture alone for numbers that mean nothing", () => {
  for (const orientation of [0, 9, Number.NaN]) expect(turn(row, orientation)).toBe(row);
});

test("takes the orientation out of a WebP file once", async () => {
  const file = await readFixture(new URL("./__fixtures__/images/lossless.webp", import.meta.url));
  const { bytes, orientation } = takeWebpOrientation(file);
  expect([orientation, bytes.length]).toEqual([8, file.length]);
  expect(takeWebpOrientation(bytes)).toEqual({ bytes, orientation: 1 });
  for (let length = 12; length < file.length; length++) {
    expect([1, 8]).toContain(takeWebpOrientation(file.subarray(0, length)).orientation);
  }
});
