import { FormatError } from "@tessera/core";

/** Bytes of a `Blob` or of memory. @throws FormatError when it ends before. */
export async function rangeOf(held: Blob | Uint8Array, start: number, length?: number): Promise<Uint8Array> {
  const end = length === undefined ? undefined : start + length;
  const bytes =
    held instanceof Uint8Array ? held.subarray(start, end) : new Uint8Array(await held.slice(start, end).arrayBuffer());
  if (length !== undefined && bytes.length < length) throw endsEarly("the data given", start, length, bytes.length);
  return bytes;
}

/** The error for a container that is shorter than a header in it says. */
export function endsEarly(name: string, start: number, length: number, got: number): FormatError {
  return new FormatError(
    `${name}: expected ${length} bytes from byte ${start} on, got ${got}; the file is cut short, fetch it again`,
  );
}
