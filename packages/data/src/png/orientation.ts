import { exifOrientation } from "../exif-orientation.ts";
import { type PngChunk, pngChunks } from "./chunks.ts";
import { pngKeyword, pngText } from "./text.ts";

const mostTexts = 4;

/**
 * Takes the orientation out of a PNG file, where decoders follow some of the places that may state it, as Pillow's
 * `Image.getexif` finds it: a chunk `eXIf`, wherever it stands; ImageMagick's text of its bytes; XMP.
 *
 * @returns The file without `eXIf`, so that every decoder leaves the picture as stored, and the orientation to follow, 1 when
 *   there is none.
 */
export async function takePngOrientation(file: Uint8Array): Promise<{ bytes: Uint8Array; orientation: number }> {
  const chunks = [...pngChunks(file)];
  const exif = chunks.filter(({ type }) => type === "eXIf");
  const block = exif.at(-1)?.data ?? fromHex(await lastText(chunks, "Raw profile type exif"));
  const [, xmp] = /tiff:Orientation(?:="|>)([0-9])/.exec((await lastText(chunks, "XML:com.adobe.xmp")) ?? "") ?? [];
  const orientation = (block && exifOrientation(block)) ?? Number(xmp ?? 1);
  return { bytes: without(file, exif), orientation };
}

/** The last text under a keyword that is whole. Of many that are not a few are tried: each may inflate to a megabyte. */
async function lastText(chunks: readonly PngChunk[], keyword: string): Promise<string | undefined> {
  const found = chunks.filter((chunk) => pngKeyword(chunk) === keyword).slice(-mostTexts);
  for (const chunk of found.reverse()) {
    const text = await pngText(chunk);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** ImageMagick's profile: an empty line, its name, its length, and its bytes in hexadecimal. */
function fromHex(profile: string | undefined): Uint8Array | undefined {
  const digits = profile?.split("\n").slice(3).join("") ?? "";
  if (!/^(?:[0-9a-f]{2})+$/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}

function without(file: Uint8Array, chunks: readonly PngChunk[]): Uint8Array {
  if (chunks.length === 0) return file;
  const kept = new Uint8Array(file.length - chunks.reduce((sum, { data }) => sum + data.length + 12, 0));
  let [from, to] = [0, 0];
  for (const { start, data } of chunks) {
    kept.set(file.subarray(from, start), to);
    to += start - from;
    from = start + data.length + 12;
  }
  kept.set(file.subarray(from), to);
  return kept;
}
