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
      return { bytes, orientation: exifOrientation(file.subarray(at + 8, at + 8 + size)) };
    }
    at += 8 + size + (size & 1);
  }
  return { bytes: file, orientation: 1 };
}

/** Tag 274 of EXIF's first directory, which is a TIFF one. */
function exifOrientation(chunk: Uint8Array): number {
  const exif = String.fromCharCode(...chunk.subarray(0, 6)) === "Exif\0\0" ? chunk.subarray(6) : chunk;
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  try {
    const little = view.getUint16(0) === 0x4949;
    const directory = view.getUint32(4, little);
    const entries = view.getUint16(directory, little);
    for (let i = 0; i < entries; i++) {
      const entry = directory + 2 + i * 12;
      if (view.getUint16(entry, little) === 274) return view.getUint16(entry + 8, little);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // a directory that points outside itself
  }
  return 1;
}
