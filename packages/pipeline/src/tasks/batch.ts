import { type Tensor4D, concat, tensor4d } from "@tensorflow/tfjs-core";
import type { Pixels, Prepared } from "./prepare.ts";

/** Pictures as one tensor: n of [h, w, 3] or [1, h, w, 3] -> [n, h, w, 3]. Call it in a `tidy`. */
export function batchOf(pictures: readonly Pixels[], [height, width]: readonly [number, number]): Tensor4D {
  if (!pictures.every((picture) => picture instanceof Float32Array)) {
    return concat(
      pictures.map((picture) => (picture instanceof Float32Array ? tensor4d(picture, [1, height, width, 3]) : picture)),
    );
  }
  const values = new Float32Array(pictures.length * height * width * 3);
  for (const [i, picture] of pictures.entries()) values.set(picture, i * picture.length);
  return tensor4d(values, [pictures.length, height, width, 3]);
}

/** Frees what the GPU has prepared. */
export function release(batch: readonly Prepared[]): void {
  for (const prepared of batch) if (!prepared.error && "dispose" in prepared.values) prepared.values.dispose();
}
