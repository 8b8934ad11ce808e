import { extname } from "node:path";
import { TesseraError, shown } from "@tessera/core";
import type { RgbImage } from "@tessera/data";

const formats = { ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp" } as const;

/** What a picture is written as. */
export type PictureFormat = (typeof formats)[keyof typeof formats];

/** By the name of its file. @throws {TesseraError} for a name that says none that is written. */
export function pictureFormat(file: string): PictureFormat {
  const end = extname(file).toLowerCase();
  if (Object.hasOwn(formats, end)) return formats[end as keyof typeof formats];
  throw new TesseraError(
    `inpaint: expected --out to end in ${Object.keys(formats).join(", ")}, got ${shown(file)}; name a picture`,
  );
}

/** A picture as a file, with the alpha of the one that it was made of where the format has it. PNG and WebP lose nothing. */
export async function written(picture: RgbImage, original: string, format: PictureFormat): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  const { data, width, height } = picture;
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  if (format === "jpeg") return image.jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer();
  const alpha = await alphaOf(original);
  const whole = alpha ? image.joinChannel(alpha, { raw: { width, height, channels: 1 } }) : image;
  return format === "png" ? whole.png().toBuffer() : whole.webp({ lossless: true }).toBuffer();
}

/** The alpha of a file, turned as its orientation says; undefined where it has none, and of an address. */
async function alphaOf(file: string): Promise<Buffer | undefined> {
  if (/^(https?|data):/i.test(file)) return undefined;
  const { default: sharp } = await import("sharp");
  const image = sharp(file.replace(/^file:\/\//, "")).rotate();
  const { hasAlpha } = await image.metadata();
  return hasAlpha ? image.extractChannel("alpha").raw().toBuffer() : undefined;
}
