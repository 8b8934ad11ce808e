import { TesseraError } from "@tessera/core";
import { asStored } from "./bitmap-of.ts";
import type { RgbImage } from "./rgb-image.ts";

/** Sides of the pieces a bitmap is read in: every GPU has textures of this size. */
const tile = 2048;

/**
 * A bitmap's colours, alpha dropped. Closes the bitmap.
 *
 * A 2-D canvas keeps colours multiplied by alpha, so what lies under a transparent pixel is lost in it; a texture does not.
 *
 * @throws TesseraError when the browser gives neither a WebGL2 nor a 2-D context.
 */
export async function bitmapPixels(bitmap: ImageBitmap, opaque: boolean): Promise<RgbImage> {
  try {
    return await readTiles(bitmap, (opaque ? null : textureReader()) ?? canvasReader());
  } finally {
    bitmap.close();
  }
}

type Read = (bitmap: ImageBitmap) => Uint8Array | Uint8ClampedArray;

async function readTiles(bitmap: ImageBitmap, read: Read): Promise<RgbImage> {
  const { width, height } = bitmap;
  const data = new Uint8Array(width * height * 3);
  for (let top = 0; top < height; top += tile) {
    for (let left = 0; left < width; left += tile) {
      const [w, h] = [Math.min(tile, width - left), Math.min(tile, height - top)];
      const part = await createImageBitmap(bitmap, left, top, w, h, asStored);
      const rgba = read(part);
      part.close();
      for (let y = 0; y < h; y++) {
        let o = ((top + y) * width + left) * 3;
        for (let s = y * w * 4; s < (y + 1) * w * 4; s += 4, o += 3) {
          data[o] = rgba[s]!;
          data[o + 1] = rgba[s + 1]!;
          data[o + 2] = rgba[s + 2]!;
        }
      }
    }
  }
  return { width, height, data };
}

function canvasReader(): Read {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new TesseraError("decodeImage: expected a 2-D canvas context, got none; free some canvases");
  return (bitmap) => {
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height).data;
  };
}

/** Kept, because a page may have only some sixteen contexts. */
let kept: WebGL2RenderingContext | null = null;

/** Reads a texture back with no shader between; null where there is no WebGL2. */
function textureReader(): Read | null {
  if (!kept || kept.isContextLost()) kept = new OffscreenCanvas(1, 1).getContext("webgl2");
  const gl = kept;
  if (!gl) return null;
  return (bitmap) => {
    const { width, height } = bitmap;
    const rgba = new Uint8Array(width * height * 4);
    const texture = gl.createTexture();
    const target = gl.createFramebuffer();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, rgba);
    gl.deleteFramebuffer(target);
    gl.deleteTexture(texture);
    return rgba;
  };
}
