import type { TensorInfo } from "@tensorflow/tfjs-core";
import { bufferOf, emptyTensor } from "../program/program.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";

/** A picture as `@tessera/data` hands it to a kernel. */
export interface Picture {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** The picture, or its bytes [height, width, 4]. */
  source: ImageBitmap | Uint8ClampedArray;
}

/** Pixels on the GPU: red in the lowest byte of a word, then green, blue and alpha. */
export interface Pixels {
  /** [height, stride], the caller's to dispose of. */
  words: TensorInfo;
  /** Words from one row to the next. */
  stride: number;
}

/** Brings a picture's bytes to the GPU, or leaves them there: a bitmap goes through a texture, with no copy on the CPU. */
export function pixelsOf(backend: TfjsWebgpu, { width, height, source }: Picture): Pixels {
  if (source instanceof Uint8ClampedArray) {
    // A view of a copy: words begin at multiples of four bytes, which those of a part of an array may not.
    const words = new Int32Array(source.slice().buffer);
    return { words: backend.makeTensorInfo([height, width], "int32", words), stride: width };
  }
  const stride = Math.ceil(width / 64) * 64;
  const words = emptyTensor(backend, [height, stride], "int32");
  const texture = textureOf(backend.device, width, height);
  backend.device.queue.copyExternalImageToTexture({ source }, { texture }, [width, height]);
  // In commands of its own, submitted at once, so that the next picture may be put into the same texture.
  const encoder = backend.device.createCommandEncoder();
  encoder.copyTextureToBuffer({ texture }, { buffer: bufferOf(backend, words), bytesPerRow: 4 * stride }, [
    width,
    height,
  ]);
  backend.device.queue.submit([encoder.finish()]);
  return { words, stride };
}

const textures = new WeakMap<GPUDevice, GPUTexture>();

/** The texture of the last picture is kept: a video's frames are all of one size. */
function textureOf(device: GPUDevice, width: number, height: number): GPUTexture {
  const last = textures.get(device);
  if (last?.width === width && last.height === height) return last;
  last?.destroy();
  const { COPY_SRC, COPY_DST, RENDER_ATTACHMENT } = GPUTextureUsage;
  const usage = COPY_SRC | COPY_DST | RENDER_ATTACHMENT;
  const texture = device.createTexture({ size: [width, height], format: "rgba8unorm", usage });
  textures.set(device, texture);
  return texture;
}
