/** Tag 274 of EXIF's first directory, which is a TIFF one; undefined where it has none. */
export function exifOrientation(block: Uint8Array): number | undefined {
  const exif = String.fromCharCode(...block.subarray(0, 6)) === "Exif\0\0" ? block.subarray(6) : block;
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
  return undefined;
}
