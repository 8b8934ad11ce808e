import type { Tensor } from "@tensorflow/tfjs-core";
import type { TokenLayout } from "../explained.ts";

/**
 * Cosine of each patch's position with every other's: Dosovitskiy et al. 2021, figure 7, centre. What lies near in the picture should be
 * alike.
 *
 * @param positions [1, prefix + patches, d] or [1, patches, d], as `pos_embed` is.
 * @returns [patches, patches]
 */
export async function positionSimilarity(
  positions: Tensor,
  { grid: [rows, columns] }: Pick<TokenLayout, "grid">,
): Promise<Float32Array> {
  const all = await positions.data<"float32">();
  const patches = rows * columns;
  const width = positions.shape.at(-1)!;
  const own = all.subarray(all.length - patches * width);
  const row = (i: number) => own.subarray(i * width, (i + 1) * width);
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const lengths = Array.from({ length: patches }, (_, i) => Math.sqrt(dot(row(i), row(i))));
  return Float32Array.from({ length: patches * patches }, (_, pair) => {
    const [i, j] = [Math.floor(pair / patches), pair % patches];
    return dot(row(i), row(j)) / (lengths[i]! * lengths[j]! || 1);
  });
}
