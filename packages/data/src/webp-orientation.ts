import { exifOrientation } from "./exif-orientation.ts";

/**
 * Takes the orientation out of a WebP file: Chromium does not follow it there, other browsers may.
 *
 * @returns The file with its EXIF chunk renamed, so that every browser leaves the picture as stored, and the
 *   orientation to follow, 1 when there is none.
 * @see https://developers.google.com/speed/webp/docs/riff_container
 */
export function takeWebpOrientation(file: Uint8Array): { bytes: Uint8Array; orientation: number } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 12; at + 8 <= file.length;) {
    const size = view.getUint32(at + 4, true);
    if (view.getUint32(at) === 0x45584946) {
      const bytes = file.slice();
      bytes.set([0x58, 0x58, 0x58, 0x58], at); // unknown chunks are passed over
      return { bytes, orientation: exifOrientation(file.subarray(at + 8, at + 8 + size)) ?? 1 };
    }
    at += 8 + size + (size & 1);
  }
  return { bytes: file, orientation: 1 };
}
