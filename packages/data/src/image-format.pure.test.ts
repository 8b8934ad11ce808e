import { readFixture } from "@tessera/testing";
import { expect, test } from "vitest";
import decoded from "./__fixtures__/decoded.json" with { type: "json" };
import { imageFormat } from "./image-format.ts";
import { imageSize } from "./image-size.ts";

const byEnding: Record<string, string> = { jpg: "jpeg", tif: "tiff" };

test.each(Object.entries(decoded))("knows %s by its bytes", async (name, { width, height }) => {
  const bytes = await readFixture(new URL(`./__fixtures__/images/${name}`, import.meta.url));
  const ending = name.split(".").pop()!;
  const format = imageFormat(bytes)!;
  expect(format).toBe(byEnding[ending] ?? ending);
  if (format === "gif" || format === "tiff") return;
  // Pictures that the viewer turns have their sides exchanged in the header.
  const { width: w, height: h } = imageSize(bytes, format)!;
  expect(width < height ? [h, w] : [w, h]).toEqual([width, height]);
  expect(imageSize(bytes.subarray(0, 20), format)).toBeNull();
});

test("knows nothing else", () => {
  const texts = ["", "\xff", "BM6", "<svg>", "RIFF....WAVE", "....ftypheic", "GIF90a", "not an image"];
  for (const text of texts) {
    expect([text, imageFormat(Uint8Array.from(text, (c) => c.charCodeAt(0)))]).toEqual([text, undefined]);
  }
  const general = "\0\0\0\x20ftypmif1\0\0\0\0mif1avifmiaf";
  expect(imageFormat(Uint8Array.from(general, (c) => c.charCodeAt(0)))).toBe("avif");
});

test("reads the sides of lossy, lossless and extended WebP", async () => {
  for (const name of ["lossy.webp", "lossless.webp", "animated.webp"]) {
    const bytes = await readFixture(new URL(`./__fixtures__/images/${name}`, import.meta.url));
    expect([name, imageSize(bytes, "webp")]).toEqual([name, { width: 20, height: 14 }]);
  }
});
