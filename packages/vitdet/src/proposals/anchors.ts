/** Height by width of the anchors of a place. */
const RATIOS = [0.5, 1, 2] as const;

/** Anchors of a place. */
export const ANCHORS = RATIOS.length;

/**
 * Boxes about every place of a map, three beside each other: detectron2's, whose first centre lies in the picture's corner, not rounded.
 * Corners of rows · columns · 3 boxes.
 */
export function anchorsOf([rows, columns]: readonly [number, number], stride: number, size: number): Float64Array {
  const corners = new Float64Array(rows * columns * ANCHORS * 4);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (const ratio of RATIOS) {
        const [x, y] = [column * stride, row * stride];
        const width = Math.sqrt((size * size) / ratio);
        const height = ratio * width;
        corners.set([x - width / 2, y - height / 2, x + width / 2, y + height / 2], at);
        at += 4;
      }
    }
  }
  return corners;
}
