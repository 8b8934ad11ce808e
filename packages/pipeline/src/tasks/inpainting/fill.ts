import { type Tensor4D, tensor4d } from "@tensorflow/tfjs-core";
import { pair } from "@tessera/core";
import { type RgbImage, resizeImage } from "@tessera/data";
import type { LoadedInpainter } from "../../source/load-inpainter.ts";
import { nextPass, touchedPatches } from "./hidden.ts";
import type { Hole } from "./hole.ts";

/**
 * A picture as a masked autoencoder draws it where it has a hole, as bytes that are not rounded: [height · width · 3]. The picture is
 * brought to the model's size and back; patches that the hole touches are hidden and drawn, in several passes from the edge of the hole
 * where more are hidden than the model is used to. Pixels outside of those patches are the picture's own.
 */
export async function filled(
  picture: RgbImage,
  hole: Hole,
  { model, statistics }: Pick<LoadedInpainter, "model" | "statistics">,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const [height, width] = pair(model.config.imageSize);
  const grid = model.patchEmbed.grid;
  const sized = resizeImage(withoutHole(picture, hole), { width, height, interpolation: "bicubic" });
  const values = Float32Array.from(sized.data, (byte, i) => {
    return (byte * statistics.scale - statistics.mean[i % 3]!) / statistics.std[i % 3]!;
  });
  const hidden = touchedPatches(hole, grid);
  while (hidden.includes(1)) {
    signal?.throwIfAborted();
    const pass = nextPass(hidden, grid);
    paste(await drawn(values, hidden, [height, width], model), pass, values, model.config.patchSize, [height, width]);
    for (const [i, one] of pass.entries()) if (one) hidden[i] = 0;
  }
  const bytes = values.map((value, i) => {
    const channel = (value * statistics.std[i % 3]! + statistics.mean[i % 3]!) / statistics.scale;
    return Math.min(255, Math.max(0, channel));
  });
  if (height === picture.height && width === picture.width) return bytes;
  const back = resizeImage(
    { width, height, data: Uint8Array.from(bytes, Math.round) },
    { width: picture.width, height: picture.height, interpolation: "bicubic" },
  );
  return Float32Array.from(back.data);
}

/** Every pixel as the model takes it to be: [height · width · 3] */
async function drawn(
  values: Float32Array,
  hidden: Uint8Array,
  [height, width]: readonly [number, number],
  model: LoadedInpainter["model"],
): Promise<Float32Array> {
  const { maskingOf } = await import("@tessera/mae");
  const images: Tensor4D = tensor4d(values, [1, height, width, 3]);
  const predicted = model.forward(images, {}, { masking: maskingOf(hidden) });
  const picture = model.picture(predicted, images.shape);
  try {
    return (await picture.data<"float32">()) as Float32Array;
  } finally {
    for (const tensor of [images, predicted, picture]) tensor.dispose();
  }
}

/** Puts the drawn patches where they are marked. */
function paste(
  drawing: Float32Array,
  marked: Uint8Array,
  values: Float32Array,
  patch: number,
  [height, width]: readonly [number, number],
): void {
  const columns = width / patch;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (!marked[Math.floor(y / patch) * columns + Math.floor(x / patch)]) continue;
      const at = (y * width + x) * 3;
      values.set(drawing.subarray(at, at + 3), at);
    }
}

/** The mean colour of the rest in place of the hole's: what lies there must not colour what is seen beside it when pictures are resized. */
function withoutHole(picture: RgbImage, hole: Hole): RgbImage {
  const sums = [0, 0, 0];
  const seen = hole.data.reduce((count, one) => count + 1 - one, 0);
  for (let i = 0; i < hole.data.length; i++)
    if (hole.data[i] === 0) for (let c = 0; c < 3; c++) sums[c]! += picture.data[3 * i + c]!;
  const mean = sums.map((sum) => Math.round(sum / Math.max(1, seen)));
  const data = picture.data.map((byte, i) => (hole.data[Math.floor(i / 3)] ? mean[i % 3]! : byte));
  return { ...picture, data };
}
