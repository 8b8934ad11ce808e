import { pngChunks } from "./chunks.ts";
import { crc32 } from "./crc32.ts";

/** The file with the checksums that its pixels have, which Pillow never looks at; undefined where they are right. */
export function withRightChecksums(file: Uint8Array): Uint8Array | undefined {
  let mended: DataView | undefined;
  for (const { type, start, data } of pngChunks(file)) {
    if (type !== "IDAT") continue;
    const end = start + 8 + data.length;
    const right = crc32(file.subarray(start + 4, end));
    const stated = new DataView(file.buffer, file.byteOffset + end, 4).getUint32(0);
    if (right === stated) continue;
    mended ??= new DataView(file.slice().buffer);
    mended.setUint32(end, right);
  }
  return mended && new Uint8Array(mended.buffer);
}
