import type { RgbImage } from "@tessera/data";

/** A picture as a small file. */
export function asJpeg({ width, height, data }: RgbImage): Promise<Blob> {
  const pixels = new ImageData(width, height);
  for (let i = 0, to = 0; i < data.length; i += 3, to += 4) {
    pixels.data[to] = data[i]!;
    pixels.data[to + 1] = data[i + 1]!;
    pixels.data[to + 2] = data[i + 2]!;
    pixels.data[to + 3] = 255;
  }
  const canvas = new OffscreenCanvas(width, height);
  // In memory: nothing of it is for the GPU.
  canvas.getContext("2d", { willReadFrequently: true })!.putImageData(pixels, 0, 0);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
}
