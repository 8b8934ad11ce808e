import { expect, test, vi } from "vitest";
import { encodePng } from "../__fixtures__/encode-png.ts";
import { noise } from "../__fixtures__/pictures.ts";
import { crc32 } from "./crc32.ts";
import { takePngOrientation } from "./orientation.ts";

const picture = await encodePng(noise(5, 3));
/** A TIFF directory of one entry: tag 274 is 6. */
const exif = [0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
const text = (...parts: string[]) => Array.from(parts.join("\0"), (character) => character.charCodeAt(0));

function chunk(type: string, data: readonly number[]): number[] {
  const body = [...text(type), ...data];
  const word = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  return [...word(data.length), ...body, ...word(crc32(Uint8Array.from(body)))];
}

/** The picture with a chunk before its pixels, or at its end. */
function withChunk(added: readonly number[], at: "before" | "after"): Uint8Array {
  const place = at === "before" ? 33 : picture.length - 12;
  return Uint8Array.from([...picture.subarray(0, place), ...added, ...picture.subarray(place)]);
}

const packed = async (plain: readonly number[]) => {
  const stream = new Blob([Uint8Array.from(plain)]).stream().pipeThrough(new CompressionStream("deflate"));
  return [...new Uint8Array(await new Response(stream).arrayBuffer())];
};
const hex = exif.map((byte) => byte.toString(16).padStart(2, "0")).join("");
const profile = `\nexif\n      ${exif.length}\n${hex.slice(0, 40)}\n${hex.slice(40)}\n`;
const xmp = '<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>';

test.each<[string, number[]]>([
  ["eXIf", chunk("eXIf", exif)],
  ["eXIf with JPEG's mark", chunk("eXIf", [...text("Exif", "", ""), ...exif])],
  ["ImageMagick's text", chunk("tEXt", text("Raw profile type exif", profile))],
  ["the same compressed", chunk("zTXt", [...text("Raw profile type exif", "\0"), ...(await packed(text(profile)))])],
  ["XMP", chunk("iTXt", text("XML:com.adobe.xmp", "\0\0", "", xmp))],
  ["compressed XMP", chunk("iTXt", [...text("XML:com.adobe.xmp", "\x01\0", "", ""), ...(await packed(text(xmp)))])],
])("finds the orientation in %s, before the pixels and after them", async (_, added) => {
  for (const at of ["before", "after"] as const) {
    const file = withChunk(added, at);
    const { bytes, orientation } = await takePngOrientation(file);
    expect([at, orientation]).toEqual([at, 6]);
    expect(bytes).toEqual(String.fromCharCode(...added.slice(4, 8)) === "eXIf" ? picture : file);
  }
});

test.each<[string, number[]]>([
  ["nothing", []],
  ["another text", chunk("tEXt", text("Comment", 'tiff:Orientation="6"'))],
  ["a profile that is no hexadecimal", chunk("tEXt", text("Raw profile type exif", "\nexif\n 3\nxyz\n"))],
  ["a damaged text", chunk("zTXt", [...text("Raw profile type exif", "\0"), 1, 2, 3])],
  ["a text of megabytes", chunk("zTXt", [...text("Raw profile type exif", "\0"), ...(await packed(Array(3_000_000).fill(48)))])], // prettier-ignore
  ["a chunk longer than the file", [0, 0, 0xff, 0xff, ...text("eXIf")]],
])("leaves upright what has %s", async (_, added) => {
  const file = withChunk(added, "after");
  expect(await takePngOrientation(file)).toEqual({ bytes: file, orientation: 1 });
});

test.each([
  ["Comment", 0],
  ["Raw profile type exif", 4],
])("of many texts %s inflates %d", async (keyword, inflated) => {
  let begun = 0;
  const counted = class extends DecompressionStream {
    constructor(format: CompressionFormat) {
      super(format);
      begun++;
    }
  };
  vi.stubGlobal("DecompressionStream", counted);
  const long = await packed(Array<number>(2_000_000).fill(48));
  const one = chunk("zTXt", [...text(keyword, "\0"), ...long]);
  const { orientation } = await takePngOrientation(withChunk(Array.from({ length: 30 }, () => one).flat(), "after"));
  vi.unstubAllGlobals();
  expect([orientation, begun]).toEqual([1, inflated]);
});
