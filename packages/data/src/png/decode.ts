import type { RgbImage } from "../rgb-image.ts";
import { turn } from "../turn.ts";
import { withRightChecksums } from "./checksums.ts";
import { takePngOrientation } from "./orientation.ts";

/** A PNG as Pillow reads it, by a decoder that follows fewer orientations and looks at the pixels' checksums. */
export async function decodePng(file: Uint8Array, decode: (file: Uint8Array) => Promise<RgbImage>): Promise<RgbImage> {
  const { bytes, orientation } = await takePngOrientation(file);
  const image = await decode(bytes).catch((error: unknown) => {
    const mended = withRightChecksums(bytes);
    if (!mended) throw error;
    return decode(mended);
  });
  return turn(image, orientation);
}
