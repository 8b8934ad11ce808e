/** The file formats that `decodeImage` reads. */
export type ImageFormat = "jpeg" | "png" | "webp" | "avif" | "gif" | "tiff";

/** The format that a file's first 32 bytes say it has; its name is never asked. Undefined for anything else. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  // Not as text: a minifier may write such characters as they are, and a page that is not served as UTF-8 reads others.
  if (begins(bytes, 0xff, 0xd8, 0xff)) return "jpeg";
  if (begins(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "png";
  const text = String.fromCharCode(...bytes.subarray(0, 32));
  if (text.startsWith("GIF87a") || text.startsWith("GIF89a")) return "gif";
  if (text.startsWith("II*\0") || text.startsWith("MM\0*")) return "tiff";
  if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) return "webp";
  // An AVIF file may call itself a general HEIF one first and AVIF among its compatible brands.
  if (text.startsWith("ftyp", 4) && /avi[fs]/.test(text.slice(8))) return "avif";
  return undefined;
}

function begins(bytes: Uint8Array, ...magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}
