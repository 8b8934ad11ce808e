import { FormatError, TesseraError } from "@tessera/core";
import { readFixture } from "@tessera/testing";
import { expect, test } from "vitest";
import { crc32 } from "./png/crc32.ts";
import decoded from "./__fixtures__/decoded.json" with { type: "json" };
import { decodeGif } from "./gif.ts";

const gifs = Object.entries(decoded).filter(([name]) => name.endsWith(".gif"));
const read = (name: string) => readFixture(new URL(`./__fixtures__/images/${name}`, import.meta.url));

/** What came of it, if it is one of the two things that may. */
function outcome(decode: () => unknown): string {
  try {
    decode();
    return "picture";
  } catch (error) {
    return TesseraError.isInstance(error) ? "refused" : String(error);
  }
}

test.each(gifs)("%s equals Pillow's first frame", async (name, { width, height, crc32: crc }) => {
  const image = decodeGif(await read(name), name, {});
  expect([image.width, image.height, crc32(image.data)]).toEqual([width, height, crc]);
});

test("every cut of a file is an error, and no crash", async () => {
  const bytes = await read("palette.gif");
  const wholeFrame = bytes.length - 3; // the frame's last code, the empty block and the trailer
  for (let length = 6; length < wholeFrame; length++) {
    expect(() => decodeGif(bytes.subarray(0, length), "cut.gif", {}), `${length} bytes`).toThrow(FormatError);
  }
});

test("no flipped byte crashes or hangs it", async () => {
  const bytes = await read("interlaced.gif");
  for (let at = 6; at < bytes.length; at++) {
    const broken = bytes.slice();
    broken[at] = broken[at]! ^ 0xff;
    expect(outcome(() => decodeGif(broken, "broken.gif", { maxPixels: 1e6 }))).toMatch(/^(picture|refused)$/);
  }
});

test("refuses a screen larger than maxPixels before taking memory", async () => {
  const bytes = (await read("palette.gif")).slice();
  bytes.set([0xff, 0xff, 0xff, 0xff], 6);
  expect(() => decodeGif(bytes, "huge.gif", {})).toThrow(/at most 178956970 pixels, got 65535×65535/);
});
