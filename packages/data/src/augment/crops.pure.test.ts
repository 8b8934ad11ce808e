import { Random } from "@tessera/core";
import { expect, test } from "vitest";
import { noise } from "../__fixtures__/pictures.ts";
import type { RgbImage } from "../rgb-image.ts";
import { alternates, mirrored } from "./flip.ts";
import { paddedCrop } from "./padded-crop.ts";
import { drawWindow, randomResizedCrop } from "./random-resized-crop.ts";

const at = ({ width, data }: RgbImage, y: number, x: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

test("a padded crop is the picture moved, padded as told, to every place alike", () => {
  const image = noise(6, 5);
  const inside = (value: number, size: number) => value >= 0 && value < size;
  const border: Record<string, (value: number, size: number) => number> = {
    reflect: (value, size) => (value < 0 ? -value : value >= size ? 2 * size - 2 - value : value),
    edge: (value, size) => Math.min(size - 1, Math.max(0, value)),
  };
  const places = new Map<string, number>();
  for (let seed = 0; seed < 150; seed++) {
    const draws = new Random(seed);
    const [top, left] = [0, 1].map(() => Math.floor(draws.uniform() * 5) - 2) as [number, number];
    places.set(`${top} ${left}`, (places.get(`${top} ${left}`) ?? 0) + 1);
    for (const mode of ["constant", "reflect", "edge"] as const) {
      const got = paddedCrop(image, { kind: "padded", padding: 2, mode, fill: [1, 2, 3] }, new Random(seed));
      const wanted: number[] = [];
      for (let y = top; y < top + 5; y++) {
        for (let x = left; x < left + 6; x++) {
          const outside = mode === "constant" && !(inside(y, 5) && inside(x, 6));
          const from = border[mode] ?? ((value) => value);
          wanted.push(...(outside ? [1, 2, 3] : at(image, from(y, 5), from(x, 6))));
        }
      }
      expect({ mode, seed, data: got.data }).toEqual({ mode, seed, data: Uint8Array.from(wanted) });
    }
  }
  expect(places.size).toBe(25);
});

test("a random resized crop keeps to its ranges, and has a way out", () => {
  const random = new Random(1);
  for (let i = 0; i < 300; i++) {
    const { top, left, width, height } = drawWindow({ width: 60, height: 40 }, { scale: [0.2, 0.5] }, random);
    expect(top >= 0 && left >= 0 && top + height <= 40 && left + width <= 60).toBe(true);
    expect((width * height) / 2400).toBeGreaterThan(0.17);
    expect((width * height) / 2400).toBeLessThan(0.55);
    expect(width / height).toBeGreaterThan(0.68);
    expect(width / height).toBeLessThan(1.45);
  }
  expect(drawWindow({ width: 90, height: 3 }, { scale: [1, 1] }, random)).toEqual({
    top: 0,
    left: 43,
    width: 4,
    height: 3,
  });
  expect(drawWindow({ width: 3, height: 90 }, { scale: [1, 1] }, random)).toEqual({
    top: 43,
    left: 0,
    width: 3,
    height: 4,
  });
  const crop = { kind: "resized", interpolation: "random" } as const;
  const got = randomResizedCrop(noise(20, 30), crop, [7, 9], "nearest", random);
  expect([got.height, got.width]).toEqual([7, 9]);
});

test("mirrors", () => {
  const image = noise(5, 3);
  const got = mirrored(image);
  for (let y = 0; y < 3; y++) for (let x = 0; x < 5; x++) expect(at(got, y, x)).toEqual(at(image, y, 4 - x));
  expect(mirrored(got)).toEqual(image);
});

test("an alternating flip mirrors half in an epoch and the others in the next", () => {
  const flips = [0, 1, 2].map((epoch) => Array.from({ length: 400 }, (_, index) => alternates("s", epoch, index)));
  expect(flips[0]!.filter(Boolean).length / 400).toBeCloseTo(0.5, 1);
  expect(flips[1]).toEqual(flips[0]!.map((flip) => !flip));
  expect(flips[2]).toEqual(flips[0]);
});
