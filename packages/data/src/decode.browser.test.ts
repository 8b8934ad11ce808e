import { FormatError, TesseraError } from "@tessera/core";
import { readFixture } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { crc32 } from "./png/crc32.ts";
import decoded from "./__fixtures__/decoded.json" with { type: "json" };
import { type Expected, largestDifference, withSides } from "./__fixtures__/difference.ts";
import { flat, noise } from "./__fixtures__/pictures.ts";
import { decodeImage } from "./decode.browser.ts";

const url = (name: string) => new URL(`./__fixtures__/images/${name}`, import.meta.url);
const file = (name: string) => readFixture(url(name));

describe("equals Pillow, and so Node", () => {
  const clipped = new Set(["grey16.png", "grey16-transparent.png"]);
  const tolerance: Record<string, number> = { "cmyk.jpg": 1, "cmyk-without-adobe.jpg": 1 };
  const entries = Object.entries<Expected>(decoded).filter(([name]) => !name.endsWith(".tif") && !clipped.has(name));

  test.each(entries.filter(([name]) => !(name in tolerance)))("%s", async (name, expected) => {
    const image = await decodeImage(url(name));
    expect([image.width, image.height, crc32(image.data)]).toEqual([expected.width, expected.height, expected.crc32]);
  });

  test.each(entries.filter(([name]) => name in tolerance))("%s, nearly", async (name, expected) => {
    const difference = largestDifference(await decodeImage(url(name)), expected);
    expect(difference).toBeLessThanOrEqual(tolerance[name]!);
  });

  test("a strip wider than a texture may be", async () => {
    const wide = await decodeImage(url("wide.png"));
    expect([wide.width, wide.height]).toEqual([30_000, 20]);
    expect(crc32(wide.data)).toBe(crc32(flat(30_000, 20, [9, 90, 200]).data));
  });
});

describe("takes", () => {
  const expected = decoded["alpha.png"];
  const check = async (input: Parameters<typeof decodeImage>[0]) => {
    const image = await decodeImage(input);
    expect([image.width, image.height, crc32(image.data)]).toEqual([expected.width, expected.height, expected.crc32]);
  };

  test("an address, bytes, an ArrayBuffer and a Blob", async () => {
    const bytes = await file("alpha.png");
    await check(url("alpha.png").href);
    await check(url("alpha.png").pathname);
    await check(bytes);
    await check(bytes.slice().buffer);
    await check(new Blob([bytes as BlobPart]));
  });

  test("an <img>, with its colours under transparent pixels", async () => {
    const image = new Image();
    image.src = url("alpha.png").href;
    await image.decode();
    await check(image);
  });

  test("an ImageBitmap, which stays open", async () => {
    const options = { premultiplyAlpha: "none", colorSpaceConversion: "none" } as const;
    const bitmap = await createImageBitmap(new Blob([(await file("alpha.png")) as BlobPart]), options);
    await check(bitmap);
    expect(bitmap.width).toBe(expected.width);
  });

  test("ImageData, a canvas, a VideoFrame and pixels", async () => {
    const picture = noise(5, 4);
    const rgba = new Uint8ClampedArray(80).map((_, i) =>
      i % 4 === 3 ? 255 : picture.data[Math.floor(i / 4) * 3 + (i % 4)]!,
    );
    const pixels = new ImageData(rgba, 5, 4);
    const canvas = new OffscreenCanvas(5, 4);
    canvas.getContext("2d")!.putImageData(pixels, 0, 0);
    const frame = new VideoFrame(canvas, { timestamp: 0 });
    for (const input of [pixels, canvas, frame, picture]) expect(await decodeImage(input)).toEqual(picture);
    frame.close();
  });
});

describe("refuses", () => {
  test("an address with nothing, an empty file, and what is not an image", async () => {
    const nothing = new URL("/no-such-folder/none.png", location.href);
    await expect(decodeImage(nothing)).rejects.toBeInstanceOf(TesseraError);
    await expect(decodeImage(new Blob([]))).rejects.toThrow(
      new FormatError("decodeImage: expected an image, got an empty file: the blob given"),
    );
    await expect(decodeImage(new Blob(["hello, world"]))).rejects.toThrow(/begins with 68 65 6c 6c 6f 2c 20 77/);
    await expect(decodeImage(new Image())).rejects.toThrow(/got what has no picture/);
    await expect(decodeImage(null as never)).rejects.toThrow(/got what has no picture/);
  });

  test("TIFF, which browsers do not read", async () => {
    await expect(decodeImage(await file("rgb.tif"))).rejects.toThrow(
      /expected JPEG, PNG, WebP, AVIF or GIF in a browser, got TIFF/,
    );
  });

  test.each(["alpha16.png", "444.jpg", "lossy.webp", "444.avif", "palette.gif"])("%s cut short", async (name) => {
    const bytes = await file(name);
    for (const length of [20, bytes.length >> 1]) {
      await expect(decodeImage(bytes.subarray(0, length))).rejects.toThrow(
        /expected a whole .* image, got a damaged or cut one/,
      );
    }
  });

  test("more than maxPixels, from the header", async () => {
    const huge = withSides(await file("rgb.png"), 30_000, 30_000, crc32);
    await expect(decodeImage(huge)).rejects.toThrow(/at most 178956970 pixels, got 30000×30000 = 900000000/);
    for (const name of ["rgb.png", "444.jpg", "lossy.webp", "palette.gif"]) {
      await expect(decodeImage(url(name), { maxPixels: 279 })).rejects.toThrow(/at most 279 pixels, got 20×14 = 280/);
    }
  });

  test("to go on when aborted", async () => {
    const reason = new Error("no longer wanted");
    const controller = new AbortController();
    const decoding = decodeImage(url("rgb.png"), { signal: controller.signal });
    controller.abort(reason);
    await expect(decoding).rejects.toBe(reason);
    await expect(decodeImage(noise(1, 1), { signal: controller.signal })).rejects.toBe(reason);
  });
});
