import { ShapeError, TesseraError } from "@tessera/core";
import { type Goldens, readGoldens } from "@tessera/testing";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { crc32 } from "./png/crc32.ts";
import { flat, noise, syntheticPicture } from "./__fixtures__/pictures.ts";
import { frameImage } from "./frame.ts";
import type { Interpolation } from "./interpolation.ts";
import type { Preprocessing } from "./preprocessing.ts";
import { cropImage, resizeImage } from "./resize.ts";
import type { RgbImage } from "./rgb-image.ts";

const interpolations: Interpolation[] = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"];
const side = fc.integer({ min: 1, max: 40 });

describe("equals Pillow bit for bit", () => {
  let goldens: Goldens;
  let picture: RgbImage;
  beforeAll(async () => {
    goldens = await readGoldens(new URL("./__fixtures__/preprocess_synthetic.safetensors", import.meta.url));
    picture = syntheticPicture();
  });

  test("on the picture that the goldens were made of", () => {
    expect(crc32(picture.data)).toBe(151519512); // of goldens/synthetic.png
  });

  test("for every size, filter and crop stored", () => {
    const names = [...goldens.tensors.keys()].filter((name) => name !== "jpeg_decoded");
    expect(names).toHaveLength(7);
    for (const name of names) {
      const { shape, data } = goldens.get(name);
      const [height, width] = shape as [number, number, number];
      const [kind, interpolation] = name.split("_") as [string, Interpolation];
      const pixels = Number(/\d+/.exec(kind)![0]);
      const resize: Preprocessing["resize"] = kind.startsWith("squash")
        ? { rule: "squash", height: pixels, width: pixels }
        : { rule: "short-side", pixels };
      const got = frameImage(picture, {
        size: [height, width],
        resize,
        interpolation,
        centre: "round",
        fill: [0, 0, 0],
      });
      const wrong = got.data.findIndex((value, i) => value !== data[i]);
      expect({ name, bytes: got.data.length, wrong }).toEqual({ name, bytes: data.length, wrong: -1 });
    }
  });
});

test("a picture resized to its own size is unchanged", () => {
  fc.assert(
    fc.property(side, side, fc.constantFrom(...interpolations), (width, height, interpolation) => {
      const image = noise(width, height);
      const same = resizeImage(image, { width, height, interpolation });
      expect(same).toEqual(image);
      expect(same.data).not.toBe(image.data);
    }),
  );
});

test("one colour stays that colour at any size", () => {
  const byte = fc.integer({ min: 0, max: 255 });
  const colour = fc.tuple(byte, byte, byte);
  fc.assert(
    fc.property(
      side,
      side,
      side,
      side,
      colour,
      fc.constantFrom(...interpolations),
      (w, h, width, height, rgb, interpolation) => {
        expect(resizeImage(flat(w, h, rgb), { width, height, interpolation })).toEqual(flat(width, height, rgb));
      },
    ),
  );
});

test("a window is what cutting the whole would give", () => {
  const cut = fc.record({
    left: fc.nat(9),
    top: fc.nat(9),
    width: side,
    height: side,
    right: fc.nat(9),
    bottom: fc.nat(9),
  });
  fc.assert(
    fc.property(
      side,
      side,
      cut,
      fc.constantFrom(...interpolations),
      (w, h, { right, bottom, ...window }, interpolation) => {
        const image = noise(w, h);
        const width = window.left + window.width + right;
        const height = window.top + window.height + bottom;
        const whole = resizeImage(image, { width, height, interpolation });
        expect(resizeImage(image, { width, height, interpolation, window })).toEqual(cropImage(whole, window));
      },
    ),
  );
});

test("cropImage cuts a rectangle", () => {
  const image = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i) };
  expect(cropImage(image, { left: 1, top: 1, width: 2, height: 1 })).toEqual({
    width: 2,
    height: 1,
    data: Uint8Array.of(12, 13, 14, 15, 16, 17),
  });
});

test("a very wide picture costs no more than its window", () => {
  // The whole would be 372,000 pixels wide, and 276 MB.
  const window = { left: 185_000, top: 12, width: 224, height: 224 };
  const got = resizeImage(flat(30_000, 20, [1, 2, 3]), {
    width: 372_000,
    height: 248,
    interpolation: "bicubic",
    window,
  });
  expect(got).toEqual(flat(224, 224, [1, 2, 3]));
});

test("refuses what makes no sense", () => {
  const image = noise(4, 3);
  const resize = (options: object) => () =>
    resizeImage(image, { width: 2, height: 2, interpolation: "box", ...options });
  expect(resize({ width: 0 })).toThrow(
    new ShapeError("resizeImage: expected a width and height of at least 1, got 0×2"),
  );
  expect(resize({ height: 1.5 })).toThrow(ShapeError);
  expect(resize({ interpolation: "cubic" })).toThrow(
    new TesseraError(
      "resizeImage: expected interpolation nearest, box, bilinear, hamming, bicubic, lanczos, got cubic",
    ),
  );
  expect(resize({ window: { left: 1, top: 0, width: 2, height: 1 } })).toThrow(/window inside 2×2/);
  expect(() => cropImage(image, { left: -1, top: 0, width: 2, height: 1 })).toThrow(ShapeError);
  expect(() => cropImage({ ...image, width: 5 }, { left: 0, top: 0, width: 1, height: 1 })).toThrow(
    new ShapeError("resizeImage: expected 45 bytes for 5×3 RGB, got 36"),
  );
});
