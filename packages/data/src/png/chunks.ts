export interface PngChunk {
  /** `IHDR`, `IDAT`, `eXIf`, … */
  readonly type: string;
  /** Where it begins in the file: four bytes of length, four of type, the data, four of checksum. */
  readonly start: number;
  readonly data: Uint8Array;
}

/** The chunks of a PNG file that are whole. @see https://www.w3.org/TR/png-3/#5Chunk-layout */
export function* pngChunks(file: Uint8Array): Generator<PngChunk> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let start = 8; start + 12 <= file.length;) {
    const end = start + 12 + view.getUint32(start);
    if (end > file.length) return;
    const type = String.fromCharCode(...file.subarray(start + 4, start + 8));
    yield { type, start, data: file.subarray(start + 8, end - 4) };
    start = end;
  }
}
