import { checkPixels, damaged, type DecodeOptions } from "./decode-options.ts";
import { lzwDecode } from "./lzw.ts";
import type { RgbImage } from "./rgb-image.ts";

/**
 * The first frame of a GIF, as Pillow's `convert("RGB")` has it. Ours because libvips and browsers replace the colour
 * of transparent pixels by black, while Pillow keeps what the palette says.
 *
 * @throws FormatError for a damaged or cut file, TesseraError for more pixels than `options` allow.
 * @see https://www.w3.org/Graphics/GIF/spec-gif89a.txt
 */
export function decodeGif(bytes: Uint8Array, name: string, options: DecodeOptions): RgbImage {
  const read = new Reader(bytes, name);
  read.skip(6);
  let width = read.word();
  let height = read.word();
  let flags = read.byte();
  read.skip(2); // background colour, which Pillow does not paint; pixel aspect
  let palette = flags & 0x80 ? read.palette(flags) : null;
  const transparent = skipToFrame(read);
  const [left, top, frameWidth, frameHeight] = [read.word(), read.word(), read.word(), read.word()];
  flags = read.byte();
  if (flags & 0x80) palette = read.palette(flags);
  width = Math.max(width, left + frameWidth);
  height = Math.max(height, top + frameHeight);
  checkPixels(name, width, height, options);
  if (frameWidth * frameHeight === 0) throw damaged(name, "gif", "its first frame has no pixels");
  const codeBits = read.byte();
  const frame = lzwDecode(read.blocks(), codeBits, frameWidth * frameHeight);
  if (frame === null) throw damaged(name, "gif", "its pixels end early");
  const indices = new Uint8Array(width * height).fill(transparent);
  for (const [row, y] of rowOrder(frameHeight, (flags & 0x40) !== 0).entries()) {
    const at = (top + y) * width + left;
    indices.set(frame.subarray(row * frameWidth, (row + 1) * frameWidth), at);
  }
  return { width, height, data: look(indices, palette) };
}

/** Reads past the extensions; returns the transparent colour's index, with which the screen around the frame is filled. */
function skipToFrame(read: Reader): number {
  let transparent = 0;
  for (let kind = read.byte(); kind !== 0x2c; kind = read.byte()) {
    if (kind === 0x3b) throw damaged(read.name, "gif", "it holds no picture");
    if (kind !== 0x21) continue;
    const isControl = read.byte() === 0xf9;
    const data = read.blocks();
    if (isControl && data.length >= 4 && data[0]! & 1) transparent = data[3]!;
  }
  return transparent;
}

/** Which row of the picture each stored row is: interlacing stores every 8th, then those between. */
function rowOrder(height: number, interlaced: boolean): number[] {
  const passes = interlaced ? [[0, 8], [4, 8], [2, 4], [1, 2]] as const : [[0, 1]] as const; // prettier-ignore
  const rows: number[] = [];
  for (const [first, step] of passes) for (let y = first; y < height; y += step) rows.push(y);
  return rows;
}

/** Without a palette, or beyond its end, an index is a grey. */
function look(indices: Uint8Array, palette: Uint8Array | null): Uint8Array {
  const table = Uint8Array.from({ length: 768 }, (_, i) => palette?.[i] ?? Math.trunc(i / 3));
  const data = new Uint8Array(indices.length * 3);
  for (let i = 0, o = 0; i < indices.length; i++, o += 3) {
    const at = indices[i]! * 3;
    data[o] = table[at]!;
    data[o + 1] = table[at + 1]!;
    data[o + 2] = table[at + 2]!;
  }
  return data;
}

class Reader {
  readonly name: string;
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array, name: string) {
    this.bytes = bytes;
    this.name = name;
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw damaged(this.name, "gif", "it ends early");
    return value;
  }

  word(): number {
    return this.byte() | (this.byte() << 8);
  }

  skip(count: number): void {
    this.at += count;
  }

  palette(flags: number): Uint8Array {
    const from = this.at;
    this.skip(3 << ((flags & 7) + 1));
    return this.bytes.subarray(from, this.at);
  }

  /** A chain of blocks, each after its length, up to an empty one or the file's end. */
  blocks(): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let size = this.bytes[this.at++]; size; size = this.bytes[this.at++]) {
      parts.push(this.bytes.subarray(this.at, this.at + size));
      this.skip(size);
    }
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let to = 0;
    for (const part of parts) {
      all.set(part, to);
      to += part.length;
    }
    return all;
  }
}
