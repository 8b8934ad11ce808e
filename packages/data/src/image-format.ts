/** The file formats that `decodeImage` reads. */
export type ImageFormat = "jpeg" | "png" | "webp" | "avif" | "gif" | "tiff";

/** The format that a file's first 32 bytes say it has; its name is never asked. Undefined for anything else. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 32));
  if (text.startsWith("\xff\xd8\xff")) return "jpeg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (text.startsWith("GIF87a") || text.startsWith("GIF89a")) return "gif";
  if (text.startsWith("II*\0") || text.startsWith("MM\0*")) return "tiff";
  if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) return "webp";
  // An AVIF file may call itself a general HEIF one first and AVIF among its compatible brands.
  if (text.startsWith("ftyp", 4) && /avi[fs]/.test(text.slice(8))) return "avif";
  return undefined;
}
