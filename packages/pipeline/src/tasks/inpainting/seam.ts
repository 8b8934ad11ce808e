import type { RgbImage } from "@tessera/data";
import type { Hole } from "./hole.ts";

/**
 * Takes the seam off what was drawn into a hole: the step between a pixel outside and its neighbour within is spread over the first pixels
 * inwards, ever less. What lies outside stays as it is.
 *
 * @param drawn values of every pixel, not rounded: [height · width · 3]
 * @param reach pixels, after which nothing is changed
 */
export function withoutSeam(picture: RgbImage, drawn: Float32Array, hole: Hole, reach: number): Float32Array {
  const { width, height } = picture;
  const smooth = drawn.slice();
  const step = new Float32Array(width * height * 3);
  const distance = new Int32Array(width * height).fill(-1);
  for (let i = 0; i < distance.length; i++) if (hole.data[i] === 0) distance[i] = 0;
  let edge = [...distance.keys()].filter((i) => distance[i] === 0 && neighbours(i, width, height).some((j) => distance[j]! < 0)); // prettier-ignore
  for (let ring = 1; ring <= reach && edge.length > 0; ring++) {
    const inner = new Set(edge.flatMap((i) => neighbours(i, width, height).filter((j) => distance[j]! < 0)));
    for (const i of inner) {
      const outer = neighbours(i, width, height).filter((j) => distance[j] === ring - 1);
      for (let c = 0; c < 3; c++) {
        const steps = outer.map((j) => (ring === 1 ? picture.data[3 * j + c]! - drawn[3 * i + c]! : step[3 * j + c]!));
        step[3 * i + c] = steps.reduce((a, b) => a + b, 0) / steps.length;
        smooth[3 * i + c]! += step[3 * i + c]! * (1 - (ring - 0.5) / reach);
      }
    }
    for (const i of inner) distance[i] = ring;
    edge = [...inner];
  }
  return smooth;
}

/** Pixels that share a side or a corner. */
function neighbours(at: number, width: number, height: number): number[] {
  const [row, column] = [Math.floor(at / width), at % width];
  const found: number[] = [];
  for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y++)
    for (let x = Math.max(0, column - 1); x <= Math.min(width - 1, column + 1); x++)
      if (y !== row || x !== column) found.push(y * width + x);
  return found;
}
