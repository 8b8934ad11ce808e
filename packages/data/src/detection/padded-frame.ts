/** Pictures of several sizes in frames of one. */
export interface PaddedFrame {
  /** [n, height, width, 3] */
  readonly values: Float32Array;
  readonly shape: readonly [n: number, height: number, width: number, channels: number];
}

/**
 * Pictures at the top left of frames of one size, the largest of theirs, with zeros beside and below them.
 *
 * @param pictures n of [h, w, 3]
 * @param sizes [h, w] of each
 */
export function paddedFrame(
  pictures: readonly Float32Array[],
  sizes: readonly (readonly [height: number, width: number])[],
): PaddedFrame {
  const [height, width] = [0, 1].map((axis) => Math.max(...sizes.map((size) => size[axis]!))) as [number, number];
  const values = new Float32Array(pictures.length * height * width * 3);
  for (const [i, picture] of pictures.entries()) {
    const [rows, columns] = sizes[i]!;
    for (let row = 0; row < rows; row++) {
      const line = picture.subarray(row * columns * 3, (row + 1) * columns * 3);
      values.set(line, (i * height + row) * width * 3);
    }
  }
  return { values, shape: [pictures.length, height, width, 3] };
}
