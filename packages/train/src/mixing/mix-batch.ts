import type { Batch } from "../data.ts";
import { cutmixBox } from "./box.ts";

/** What becomes of one image and its partner. */
export interface Mix {
  /** The image's own share. */
  lambda: number;
  /** Row and column that cutmix cuts around; without, the images are blended. */
  centre?: readonly [number, number];
}

/** Mixes each image, and its label, with the one at the same place from the end. */
export function mixBatch(batch: Batch, classes: number, mixOf: (image: number) => Mix, smoothing: number): Batch {
  const [images, height, width, channels] = batch.shape;
  const size = height * width * channels;
  const mixed = batch.images.slice();
  const own = probabilities(batch, classes, smoothing);
  const labels = new Float32Array(own.length);
  for (let image = 0; image < images; image++) {
    const partner = images - 1 - image;
    const at = image * size;
    const share = mixInto(
      mixed.subarray(at, at + size),
      batch.images.subarray(partner * size, (partner + 1) * size),
      mixOf(image),
      batch.shape,
    );
    for (let i = 0; i < classes; i++)
      labels[image * classes + i] = share * own[image * classes + i]! + (1 - share) * own[partner * classes + i]!;
  }
  return { ...batch, images: mixed, labels };
}

/** Mixes the other image into one, and says what share is left of it. */
function mixInto(
  image: Float32Array,
  other: Float32Array,
  { lambda, centre }: Mix,
  [, height, width, channels]: Batch["shape"],
): number {
  if (lambda === 1) return 1;
  if (!centre) {
    for (let i = 0; i < image.length; i++) image[i] = image[i]! * lambda + other[i]! * (1 - lambda);
    return lambda;
  }
  const box = cutmixBox(height, width, lambda, ...centre);
  for (let row = box.top; row < box.bottom; row++) {
    const [from, to] = [box.left, box.right].map((column) => (row * width + column) * channels) as [number, number];
    image.set(other.subarray(from, to), from);
  }
  return box.lambda;
}

/** Labels as probabilities, [b, classes]. */
function probabilities({ labels, shape: [images] }: Batch, classes: number, smoothing: number): Float32Array {
  const hard = labels instanceof Int32Array;
  const found = new Float32Array(images * classes);
  for (let image = 0; image < images; image++) {
    for (let i = 0; i < classes; i++) {
      const given = hard ? Number(labels[image] === i) : labels[image * classes + i]!;
      found[image * classes + i] = given * (1 - smoothing) + smoothing / classes;
    }
  }
  return found;
}
