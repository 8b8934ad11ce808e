import { decodeImage as decode } from "#decode";
import type { DecodeOptions } from "./decode-options.ts";
import type { ImageInput } from "./image-input.ts";
import type { RgbImage } from "./rgb-image.ts";

// A function of its own rather than the one of "#decode" handed on, whose types `moduleResolution: node` does not find.
/**
 * Decodes JPEG, PNG, WebP, AVIF, GIF (first frame) and TIFF to what Python's
 * `ImageOps.exif_transpose(Image.open(file)).convert("RGB")` gives: orientation applied, alpha dropped and not blended,
 * colour profiles ignored, 16-bit RGB cut to the high byte, 16-bit grey clipped at 255, CMYK by Pillow's formula.
 *
 * In Node through sharp, an optional peer loaded when first needed; in browsers through `createImageBitmap`, without
 * TIFF. Equal to Pillow 12.3 to the bit but for:
 * - AVIF in Node: halved chroma (4:2:0, 4:2:2), which libvips repeats where Pillow interpolates, 1 to 2 levels on average
 *   and many at sharp edges of colour; full chroma within 1 level;
 * - CMYK JPEG in Chromium: within 1 level; 16-bit grey PNG in browsers: scaled to 8 bits, not clipped;
 * - CIELAB and JPEG 2000 in TIFF, which are errors; an orientation that only XMP states, which is followed in PNG alone.
 *
 * @throws TesseraError for no such file, a folder, more than `maxPixels`, or no sharp; FormatError for an empty file,
 *   one that is not an image, or one that is damaged or cut; the signal's reason when it is aborted.
 */
export function decodeImage(input: ImageInput, options: DecodeOptions = {}): Promise<RgbImage> {
  return decode(input, options);
}
