import { TesseraError } from "@tessera/core";

/** Options under which a bitmap's values are those of the file. */
export const asStored: ImageBitmapOptions = { colorSpaceConversion: "none", premultiplyAlpha: "none" };

/**
 * What an element, bitmap or frame shows now, in a browser.
 *
 * @throws TesseraError when it shows nothing.
 */
export async function bitmapOf(source: ImageBitmapSource): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(source, asStored);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new TesseraError(
      `decodeImage: expected an address, bytes, Blob, element or bitmap, got what has no picture (${reason})`,
      { cause },
    );
  }
}
