// What a page holds, on webgpu in Chromium: the same values as by way of the CPU, and nothing read back.
import { TesseraError } from "@tessera/core";
import { afterEach, describe, expect, test } from "vitest";
import { noise, syntheticPicture } from "./__fixtures__/pictures.ts";
import { decodeImage } from "./decode.browser.ts";
import { gpuPicture } from "./gpu-picture.ts";
import type { ImageInput } from "./image-input.ts";
import type { Interpolation } from "./interpolation.ts";
import type { ResizeRule } from "./placement.ts";
import { preprocessOnGpu } from "./preprocess-on-gpu.ts";
import { preprocess } from "./preprocess.ts";
import type { Preprocessing } from "./preprocessing.ts";
import type { RgbImage } from "./rgb-image.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "./statistics.ts";

const spec: Preprocessing = {
  size: [30, 26],
  resize: { rule: "short-side", pixels: 33 },
  interpolation: "bicubic",
  centre: "round",
  fill: [3, 120, 250],
  scale: 1 / 255,
  mean: IMAGENET_MEAN,
  std: IMAGENET_STD,
};

const readBacks: string[] = [];
const restore: (() => void)[] = [];
afterEach(() => {
  for (const undo of restore.splice(0)) undo();
});

/** Notes every call that brings pixels or numbers from the GPU to the CPU. */
function watch(type: { prototype: object }, method: string): void {
  const methods = type.prototype as Record<string, (...args: unknown[]) => unknown>;
  const original = methods[method]!;
  methods[method] = function noted(this: unknown, ...args) {
    readBacks.push(method);
    return original.apply(this, args);
  };
  restore.push(() => {
    methods[method] = original;
  });
}

/** Holds the GPU to one level of a byte, 1/255 before normalisation. */
async function expectAsByTheCpu(input: ImageInput, how: Preprocessing = spec) {
  const expected = preprocess(await decodeImage(input), how);
  readBacks.length = 0;
  watch(GPUBuffer, "mapAsync");
  watch(WebGL2RenderingContext, "readPixels");
  watch(OffscreenCanvasRenderingContext2D, "getImageData");
  const picture = await gpuPicture(input);
  const tensor = preprocessOnGpu(picture!, how);
  expect(readBacks).toEqual([]);
  for (const undo of restore.splice(0)) undo();
  const values = await tensor.data();
  tensor.dispose();
  expect(values.length).toBe(expected.length);
  const largest = expected.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - values[i]!) * how.std[i % 3]!),
    0,
  );
  expect(largest).toBeLessThanOrEqual(1 / 255 + 1e-6);
}

function imageData({ width, height, data }: RgbImage, alpha: (pixel: number) => number = () => 255): ImageData {
  const rgba = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) =>
    i % 4 === 3 ? alpha(i >> 2) : data[Math.floor(i / 4) * 3 + (i % 4)]!,
  );
  return new ImageData(rgba, width, height);
}

function onCanvas(data: ImageData, canvas: HTMLCanvasElement | OffscreenCanvas, colorSpace?: PredefinedColorSpace) {
  [canvas.width, canvas.height] = [data.width, data.height];
  const context = canvas.getContext("2d", { colorSpace }) as OffscreenCanvasRenderingContext2D;
  context.putImageData(data, 0, 0);
  return canvas;
}

const interpolations: Interpolation[] = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"];
const rules: ResizeRule[] = [
  { rule: "short-side", pixels: 17 },
  { rule: "squash", height: 41, width: 23 },
  { rule: "cover", height: 30, width: 26 },
  { rule: "contain", height: 30, width: 26 },
  { rule: "none" },
];

describe("a canvas", () => {
  test.each(interpolations)("of any size, by %s", async (interpolation) => {
    for (const [width, height] of [
      [67, 45],
      [11, 93],
      [26, 30],
      [5, 3],
      [1, 1],
      [129, 64],
    ] as const) {
      // prettier-ignore
      const canvas = onCanvas(imageData(noise(width, height)), new OffscreenCanvas(1, 1));
      await expectAsByTheCpu(canvas, { ...spec, interpolation });
    }
  });

  test.each(rules)("whatever the rule: $rule", async (resize) => {
    for (const [width, height] of [
      [67, 45],
      [9, 31],
    ] as const) {
      // prettier-ignore
      const canvas = onCanvas(imageData(noise(width, height)), document.createElement("canvas"));
      for (const centre of ["round", "floor"] as const) await expectAsByTheCpu(canvas, { ...spec, resize, centre });
    }
  });

  test("half transparent, or of another colour space", async () => {
    const transparent = imageData(noise(37, 29), (pixel) => Math.imul(pixel, 40503) & 255);
    await expectAsByTheCpu(onCanvas(transparent, new OffscreenCanvas(1, 1)));
    await expectAsByTheCpu(onCanvas(transparent, new OffscreenCanvas(1, 1), "display-p3"));
  });

  test("with a drawn picture, at a model's size", async () => {
    const canvas = onCanvas(imageData(syntheticPicture()), new OffscreenCanvas(1, 1));
    await expectAsByTheCpu(canvas, { ...spec, size: [224, 224], resize: { rule: "short-side", pixels: 248 } });
  });
});

test("ImageData and an ImageBitmap, which stays open", async () => {
  const data = imageData(noise(37, 29), (pixel) => pixel & 255);
  await expectAsByTheCpu(data);
  for (const premultiplyAlpha of ["none", "premultiply"] as const) {
    const bitmap = await createImageBitmap(data, { premultiplyAlpha });
    await expectAsByTheCpu(bitmap);
    expect(bitmap.width).toBe(37);
  }
});

test("a photograph in an <img>", async () => {
  const image = new Image();
  image.src = new URL("./__fixtures__/synthetic.jpg", import.meta.url).href;
  await image.decode();
  await expectAsByTheCpu(image, { ...spec, size: [96, 96], resize: { rule: "short-side", pixels: 110 } });
});

describe("a VideoFrame", () => {
  test("of a canvas, and of RGBA", async () => {
    const data = imageData(noise(37, 29));
    const frames = [
      new VideoFrame(onCanvas(data, new OffscreenCanvas(1, 1)) as OffscreenCanvas, { timestamp: 0 }),
      new VideoFrame(data.data, { format: "RGBA", codedWidth: 37, codedHeight: 29, timestamp: 0 }),
    ];
    for (const frame of frames) {
      await expectAsByTheCpu(frame);
      frame.close();
    }
  });

  test("of a camera's I420, cut or stretched, in either of television's colour spaces", async () => {
    const [codedWidth, codedHeight] = [64, 48];
    const yuv = Uint8Array.from({ length: (codedWidth * codedHeight * 3) / 2 }, (_, i) => 16 + (Math.imul(i, 2654435761) >>> 24) * 0.86); // prettier-ignore
    for (const matrix of ["bt709", "smpte170m"] as const) {
      const colorSpace = { matrix, primaries: matrix, transfer: matrix, fullRange: false };
      for (const shape of [
        {},
        { visibleRect: { x: 2, y: 4, width: 62, height: 40 } },
        { displayWidth: 80, displayHeight: 45 },
      ]) {
        // prettier-ignore
        const frame = new VideoFrame(yuv, { format: "I420", codedWidth, codedHeight, timestamp: 0, colorSpace, ...shape });
        await expectAsByTheCpu(frame);
        frame.close();
      }
    }
  });
});

test("a <video>, whatever it shows at the moment", async () => {
  const canvas = onCanvas(imageData(noise(66, 46)), document.createElement("canvas")) as HTMLCanvasElement;
  const video = document.createElement("video");
  video.muted = true;
  video.srcObject = canvas.captureStream(0);
  const [track] = (video.srcObject as MediaStream).getVideoTracks() as CanvasCaptureMediaStreamTrack[];
  const shown = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  void video.play();
  track!.requestFrame();
  await shown;
  video.pause();
  await expectAsByTheCpu(video);
  track!.stop();
});

test("an element that shows nothing is an error, as on the CPU", async () => {
  await expect(gpuPicture(document.createElement("video"))).rejects.toThrow(TesseraError);
  await expect(gpuPicture(new Image())).rejects.toThrow(/got what has no picture/);
});
