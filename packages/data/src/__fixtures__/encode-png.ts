import type { RgbImage } from "../rgb-image.ts";
import { crc32 } from "../png/crc32.ts";

/** An 8-bit RGB PNG without filters: a file that every decoder reads alike. */
export async function encodePng({ width, height, data }: RgbImage): Promise<Uint8Array> {
  const rows = new Uint8Array(height * (width * 3 + 1));
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * width * 3, (y + 1) * width * 3), y * (width * 3 + 1) + 1);
  const stream = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([8, 2], 8);
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", header),
    ...chunk("IDAT", new Uint8Array(await new Response(stream).arrayBuffer())),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(kind: string, bytes: Uint8Array): number[] {
  const body = Uint8Array.from([...new TextEncoder().encode(kind), ...bytes]);
  const word = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  return [...word(bytes.length), ...body, ...word(crc32(body))];
}
